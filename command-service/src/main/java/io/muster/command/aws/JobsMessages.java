package io.muster.command.aws;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.command.aws.PendingJobs.Item;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The messages of AWS IoT Jobs to devices, as AWS' developer guide has them. Times are seconds
 * since 1970; what is not there is left out. Stateless.
 */
final class JobsMessages {
  private JobsMessages() {}

  /** An answer, to which what was asked for is added. */
  static ObjectNode answer(String clientToken, Instant now) {
    var answer = JobsJson.object();
    if (clientToken != null) {
      answer.put("clientToken", clientToken);
    }
    return answer.put("timestamp", now.getEpochSecond());
  }

  static ObjectNode rejected(JobsRefusal refusal, String clientToken, Instant now) {
    var answer =
        answer(clientToken, now)
            .put("code", refusal.code().text())
            .put("message", refusal.message());
    if (refusal.executionState() != null) {
      answer.set("executionState", refusal.executionState());
    }
    return answer;
  }

  /** What {@code get} is answered. */
  static ObjectNode pending(List<Item> items, String clientToken, Instant now) {
    var answer = answer(clientToken, now);
    summaries(answer.putArray("inProgressJobs"), items, ExecutionStatus.IN_PROGRESS);
    summaries(answer.putArray("queuedJobs"), items, ExecutionStatus.QUEUED);
    return answer;
  }

  /** What is said on {@code notify}. */
  static ObjectNode list(List<Item> items, Instant now) {
    var message = JobsJson.object().put("timestamp", now.getEpochSecond());
    var jobs = message.putObject("jobs");
    for (var status : List.of(ExecutionStatus.IN_PROGRESS, ExecutionStatus.QUEUED)) {
      if (items.stream().anyMatch(it -> it.status() == status)) {
        summaries(jobs.putArray(status.name()), items, status);
      }
    }
    return message;
  }

  /**
   * An execution without its document.
   *
   * @param respondBy until when the device has to say something next, or null
   */
  static ObjectNode execution(
      DeviceAddress device,
      Execution execution,
      ExecutionStatus status,
      Instant respondBy,
      Instant now) {
    var node =
        JobsJson.object()
            .put("jobId", execution.job().toString())
            .put("thingName", device.tenant() + ":" + device.device())
            .put("status", status.name());
    details(node, execution.details());
    node.put("queuedAt", execution.queuedAt().getEpochSecond());
    if (execution.startedAt() != null) {
      node.put("startedAt", execution.startedAt().getEpochSecond());
    }
    node.put("lastUpdatedAt", execution.updatedAt().getEpochSecond())
        .put("versionNumber", execution.version())
        .put("executionNumber", execution.number());
    if (status == ExecutionStatus.IN_PROGRESS && respondBy != null) {
      node.put(
          "approximateSecondsBeforeTimedOut",
          Math.max(0, Duration.between(now, respondBy).toSeconds()));
    }
    return node;
  }

  /** What an update and some refusals say of an execution. */
  static ObjectNode state(Execution execution, ExecutionStatus status) {
    var node = JobsJson.object().put("status", status.name());
    details(node, execution.details());
    return node.put("versionNumber", execution.version());
  }

  /** What the device said, for whoever asked for the command. */
  static byte[] detailsOnly(Execution execution) {
    var node = JobsJson.object();
    execution.details().forEach(node::put);
    return JobsJson.bytes(node);
  }

  private static void summaries(ArrayNode to, List<Item> items, ExecutionStatus status) {
    items.stream()
        .filter(it -> it.status() == status)
        .forEach(it -> summary(to.addObject(), it.execution()));
  }

  private static void summary(ObjectNode node, Execution it) {
    node.put("jobId", it.job().toString()).put("queuedAt", it.queuedAt().getEpochSecond());
    if (it.startedAt() != null) {
      node.put("startedAt", it.startedAt().getEpochSecond());
    }
    node.put("lastUpdatedAt", it.updatedAt().getEpochSecond())
        .put("executionNumber", it.number())
        .put("versionNumber", it.version());
  }

  private static void details(ObjectNode node, Map<String, String> details) {
    if (!details.isEmpty()) {
      details.forEach(node.putObject("statusDetails")::put);
    }
  }
}
