package io.muster.command.aws;

import io.muster.contract.message.UserProperties;
import java.time.Duration;
import java.util.Map;

/**
 * A device asks for its jobs, or says how far it has come.
 *
 * @param clientToken by which the device knows the answer, or null
 * @param trace of the request, for its answer
 */
public record JobsRequest(JobsTopic topic, Ask ask, String clientToken, UserProperties trace) {

  /** What is asked for. */
  sealed interface Ask {
    /** All that it has before it. */
    record GetPending() implements Ask {}

    /**
     * The next one, which it begins.
     *
     * @param details or null
     */
    record StartNext(Map<String, String> details, StepTimeout step) implements Ask {}

    /**
     * One, or {@link JobsTopic#NEXT}.
     *
     * @param executionNumber or null for the last
     */
    record Describe(String jobId, Long executionNumber, boolean withDocument) implements Ask {}

    /**
     * A word on one.
     *
     * @param details null to leave them as they are
     * @param expectedVersion or null for any
     * @param executionNumber or null for the last
     */
    record Update(
        String jobId,
        ExecutionStatus status,
        Map<String, String> details,
        Long expectedVersion,
        Long executionNumber,
        boolean withState,
        boolean withDocument,
        StepTimeout step)
        implements Ask {}

    /** It makes no sense, or is one too many. */
    record Refused(JobsRefusal refusal) implements Ask {}
  }

  /** What a request says of the time that the device gives itself. */
  sealed interface StepTimeout {
    /** It is left as it is. */
    enum Unchanged implements StepTimeout {
      UNCHANGED
    }

    /** There is none any more: the job's own counts. */
    enum None implements StepTimeout {
      NONE
    }

    /** So long from now. */
    record Of(Duration time) implements StepTimeout {}
  }
}
