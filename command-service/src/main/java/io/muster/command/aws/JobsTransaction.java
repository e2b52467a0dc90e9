package io.muster.command.aws;

import io.muster.command.aws.DeviceExecutions.Current;
import io.muster.command.aws.JobsRequest.Ask;
import io.muster.command.aws.JobsRequest.StepTimeout;
import io.muster.command.trace.AnsweredCommand;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests that are answered one after the other, in memory, while the transaction holds their
 * devices' queues; what came of them is written at the end. For one thread.
 */
public final class JobsTransaction {
  private final DeviceExecutions executions;
  private final JobsOutgoing outgoing;
  private final AwsMeters meters;
  private final int listed;
  private final Instant now;
  private final List<AnsweredCommand> answered = new ArrayList<>();

  /**
   * @param listed how many executions a list holds at most
   */
  JobsTransaction(
      DeviceExecutions executions,
      JobsOutgoing outgoing,
      AwsMeters meters,
      int listed,
      Instant now) {
    this.executions = executions;
    this.outgoing = outgoing;
    this.meters = meters;
    this.listed = listed;
    this.now = now;
  }

  /** Answers a request. */
  public void take(JobsRequest request) {
    var operation = request.topic().operation();
    try {
      switch (request.ask()) {
        case Ask.GetPending it -> getPending(request);
        case Ask.StartNext it -> startNext(request, it);
        case Ask.Describe it -> describe(request, it);
        case Ask.Update it -> update(request, it);
        case Ask.Refused it -> throw it.refusal().asException();
      }
      meters.accepted(operation);
    } catch (JobsRefusedException refused) {
      meters.rejected(operation, refused.refusal());
      outgoing.say(
          request.topic().rejected(),
          JobsMessages.rejected(refused.refusal(), request.clientToken(), now),
          request.trace());
    }
  }

  /** What devices have said of their commands. */
  public List<AnsweredCommand> answered() {
    return List.copyOf(answered);
  }

  /**
   * Writes what came of them.
   *
   * @return how many answers are on their way
   */
  public Uni<Integer> write(SqlConnection db) {
    return ExecutionTable.write(db, executions.changed())
        .flatMap(done -> outgoing.write(db))
        .replaceWith(outgoing.size());
  }

  private void getPending(JobsRequest request) {
    var items = executions.pending(request.topic().device()).stream().limit(listed).toList();
    outgoing.say(
        request.topic().accepted(),
        JobsMessages.pending(items, request.clientToken(), now),
        request.trace());
  }

  private void startNext(JobsRequest request, Ask.StartNext ask) {
    var next =
        executions
            .next(request.topic().device())
            .map(
                it ->
                    it.status() == ExecutionStatus.QUEUED
                        ? report(
                            request, it, ExecutionStatus.IN_PROGRESS, ask.details(), ask.step())
                        : executions.goOn(it, ask.step()));
    answer(request, next.orElse(null), true);
  }

  private void describe(JobsRequest request, Ask.Describe ask) {
    var device = request.topic().device();
    if (ask.jobId().equals(JobsTopic.NEXT)) {
      answer(request, executions.next(device).orElse(null), ask.withDocument());
      return;
    }
    var it = executions.find(device, ask.jobId(), ask.executionNumber());
    if (it.status().isTerminal()) {
      throw JobsRefusal.terminal(it.status()).asException();
    }
    answer(request, it, ask.withDocument());
  }

  private void update(JobsRequest request, Ask.Update ask) {
    var it = executions.find(request.topic().device(), ask.jobId(), ask.executionNumber());
    var version = it.execution().version();
    if (ask.expectedVersion() != null && ask.expectedVersion() != version) {
      throw JobsRefusal.versionMismatch(ask.expectedVersion(), version, it.state()).asException();
    }
    var after = report(request, it, ask.status(), ask.details(), ask.step());
    var answer = JobsMessages.answer(request.clientToken(), now);
    if (ask.withState()) {
      answer.set("executionState", after.state());
    }
    if (ask.withDocument()) {
      outgoing.say(
          request.topic().accepted(),
          answer,
          answer,
          after.execution().commandKey(),
          request.trace());
    } else {
      outgoing.say(request.topic().accepted(), answer, request.trace());
    }
  }

  private Current report(
      JobsRequest request,
      Current it,
      ExecutionStatus status,
      Map<String, String> details,
      StepTimeout step) {
    var after = executions.report(it, status, details, step);
    answered.add(
        new AnsweredCommand(
            it.device(), it.execution().command(), status.answer(), request.trace(), now));
    return after;
  }

  /**
   * @param it null for none: then nothing is said of one
   */
  private void answer(JobsRequest request, Current it, boolean withDocument) {
    var answer = JobsMessages.answer(request.clientToken(), now);
    if (it == null) {
      outgoing.say(request.topic().accepted(), answer, request.trace());
      return;
    }
    var execution =
        JobsMessages.execution(it.device(), it.execution(), it.status(), it.respondBy(), now);
    answer.set("execution", execution);
    if (withDocument) {
      outgoing.say(
          request.topic().accepted(),
          answer,
          execution,
          it.execution().commandKey(),
          request.trace());
    } else {
      outgoing.say(request.topic().accepted(), answer, request.trace());
    }
  }
}
