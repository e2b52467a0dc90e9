package io.muster.command.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.command.aws.ExecutionTable.Found;
import io.muster.command.aws.JobsRequest.StepTimeout;
import io.muster.command.aws.PendingJobs.Item;
import io.muster.command.life.Answer;
import io.muster.command.life.Command;
import io.muster.command.life.Happening;
import io.muster.command.life.Outcome;
import io.muster.command.queue.QueueTransaction;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The executions of some devices while a transaction holds their queues: a command's state is the
 * queue's, what AWS IoT knows beside it is here. For one thread.
 */
final class DeviceExecutions {
  private static final String JSON = "application/json";

  private final QueueTransaction queues;
  private final Instant now;
  private final List<Found> found;
  private final Map<UUID, Execution> executions = new HashMap<>();
  private final Map<UUID, Execution> changed = new LinkedHashMap<>();

  /**
   * @param found the open ones, and whichever were asked for by their job
   */
  DeviceExecutions(QueueTransaction queues, List<Found> found, Instant now) {
    this.queues = queues;
    this.now = now;
    this.found = List.copyOf(found);
    found.forEach(it -> executions.put(it.item().execution().command(), it.item().execution()));
  }

  /**
   * An execution as it is at the moment.
   *
   * @param respondBy until when the device has to say something next, or null
   */
  record Current(
      DeviceAddress device, Execution execution, ExecutionStatus status, Instant respondBy) {
    ObjectNode state() {
      return JobsMessages.state(execution, status);
    }
  }

  /** Those of which the device has said something. */
  Collection<Execution> changed() {
    return changed.values();
  }

  /** What the device has before it, in order. */
  List<Item> pending(DeviceAddress device) {
    return PendingJobs.of(
        queues.open(device).stream()
            .filter(it -> executions.containsKey(it.id()))
            .map(it -> new Item(executions.get(it.id()), status(it), it.delivered()))
            .toList());
  }

  Optional<Current> next(DeviceAddress device) {
    return pending(device).stream()
        .findFirst()
        .flatMap(it -> command(device, it.execution()))
        .map(command -> current(device, command));
  }

  /**
   * The last execution of a job for the device; a job of others is none.
   *
   * @param number that it must have, or null for any
   */
  Current find(DeviceAddress device, String jobId, Long number) {
    var it =
        found.stream()
            .filter(each -> each.device().equals(device))
            .map(Found::item)
            .filter(each -> each.execution().job().toString().equals(jobId))
            .max(Comparator.comparing(each -> each.execution().commandKey()))
            .orElseThrow(() -> JobsRefusal.absent(jobId).asException());
    if (number != null && number != it.execution().number()) {
      throw JobsRefusal.noSuchNumber(number).asException();
    }
    return command(device, it.execution())
        .map(command -> current(device, command))
        .orElseGet(() -> new Current(device, it.execution(), it.status(), null));
  }

  /** The device's word on an execution, which is its answer to the command. */
  Current report(
      Current it, ExecutionStatus status, Map<String, String> details, StepTimeout step) {
    var after = it.execution().reported(details, stepUntil(it.execution(), step), now);
    if (!(apply(it, status, after).orElse(null) instanceof Outcome.Changed)) {
      throw JobsRefusal.transition(it.status(), status, it.state()).asException();
    }
    return keep(it.device(), after);
  }

  /** The device begins anew what it had begun: so does its time. */
  Current goOn(Current it, StepTimeout step) {
    var after = it.execution().until(stepUntil(it.execution(), step));
    apply(it, ExecutionStatus.IN_PROGRESS, after);
    return keep(it.device(), after);
  }

  private Optional<Outcome> apply(Current it, ExecutionStatus status, Execution after) {
    return command(it.device(), after)
        .flatMap(
            command ->
                queues.apply(
                    it.device(),
                    command.id(),
                    new Happening.Reported(
                        answer(status, after),
                        respondBy(after, command.terms().responseTimeout()))));
  }

  private Current keep(DeviceAddress device, Execution after) {
    executions.put(after.command(), after);
    changed.put(after.command(), after);
    return current(device, command(device, after).orElseThrow());
  }

  private Answer answer(ExecutionStatus status, Execution after) {
    return after.details().isEmpty()
        ? new Answer(status.answer(), null, new byte[0], now)
        : new Answer(status.answer(), JSON, JobsMessages.detailsOnly(after), now);
  }

  private Instant respondBy(Execution execution, Duration responseTimeout) {
    return execution.stepUntil() != null ? execution.stepUntil() : now.plus(responseTimeout);
  }

  private Instant stepUntil(Execution execution, StepTimeout step) {
    return switch (step) {
      case StepTimeout.Unchanged it -> execution.stepUntil();
      case StepTimeout.None it -> null;
      case StepTimeout.Of it -> now.plus(it.time());
    };
  }

  private Current current(DeviceAddress device, Command command) {
    return new Current(device, executions.get(command.id()), status(command), command.respondBy());
  }

  private static ExecutionStatus status(Command command) {
    return ExecutionStatus.of(command.state(), command.reason(), command.isFinished());
  }

  /** Empty when it had ended before. */
  private Optional<Command> command(DeviceAddress device, Execution execution) {
    return queues.open(device).stream()
        .filter(it -> it.id().equals(execution.command()))
        .findFirst();
  }
}
