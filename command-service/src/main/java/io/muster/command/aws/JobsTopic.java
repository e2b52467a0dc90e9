package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import java.util.Locale;
import java.util.Optional;

/**
 * The topic name of a request, as it comes from the endpoint.
 *
 * @param topicName as it came; its answer goes to this and another level
 * @param jobId as the device wrote it, null when the operation names no job
 */
public record JobsTopic(String topicName, DeviceAddress device, Operation operation, String jobId) {

  /** In place of a job's id: the one that is next. */
  static final String NEXT = "$next";

  private static final String FAMILY = "aws/";

  /** What is asked for; AWS IoT's names of the operations are longer. */
  enum Operation {
    /** GetPendingJobExecutions. */
    GET_PENDING,
    /** StartNextPendingJobExecution. */
    START_NEXT,
    /** DescribeJobExecution. */
    DESCRIBE,
    /** UpdateJobExecution. */
    UPDATE;

    /** As in metrics. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  String accepted() {
    return topicName + "/accepted";
  }

  String rejected() {
    return topicName + "/rejected";
  }

  /** Whether it may be one: looks at its beginning alone. */
  public static boolean isLikely(String topicName) {
    return topicName.startsWith(FAMILY);
  }

  /**
   * Reads {@code aws/{tenant}/{device}/jobs/(get|start-next|{jobId}/get|{jobId}/update)}.
   *
   * @return empty when it is none
   */
  public static Optional<JobsTopic> parse(String topicName) {
    if (!isLikely(topicName)) {
      return Optional.empty();
    }
    var level = topicName.split("/", -1);
    if (level.length < 5 || level.length > 6 || !level[3].equals("jobs")) {
      return Optional.empty();
    }
    try {
      var device = DeviceAddress.of(level[1], level[2]);
      return level.length == 5
          ? ofAll(level[4]).map(it -> new JobsTopic(topicName, device, it, null))
          : ofOne(level[5]).map(it -> new JobsTopic(topicName, device, it, level[4]));
    } catch (MalformedIdException notAnId) {
      return Optional.empty();
    }
  }

  private static Optional<Operation> ofAll(String level) {
    return switch (level) {
      case "get" -> Optional.of(Operation.GET_PENDING);
      case "start-next" -> Optional.of(Operation.START_NEXT);
      default -> Optional.empty();
    };
  }

  private static Optional<Operation> ofOne(String level) {
    return switch (level) {
      case "get" -> Optional.of(Operation.DESCRIBE);
      case "update" -> Optional.of(Operation.UPDATE);
      default -> Optional.empty();
    };
  }
}
