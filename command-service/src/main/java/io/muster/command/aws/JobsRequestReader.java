package io.muster.command.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.command.aws.JobsRequest.Ask;
import io.muster.command.aws.JobsRequest.StepTimeout;
import io.muster.contract.message.UserProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads requests as AWS' developer guide has them (Jobs device MQTT API); members that it does not
 * name are ignored, as AWS does. Stateless.
 */
final class JobsRequestReader {
  private static final int TOKEN_BYTES = 256;
  private static final int NAME_CHARACTERS = 128;
  private static final int VALUE_CHARACTERS = 1_024;
  private static final long LONGEST_STEP_MINUTES = 10_080;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9:_-]{1," + NAME_CHARACTERS + "}");
  private static final Pattern VALUE = Pattern.compile("[^\\p{C}]{1," + VALUE_CHARACTERS + "}");
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");

  private JobsRequestReader() {}

  /** What makes no sense is read as far as its client token, so that a refusal can name it. */
  static JobsRequest read(JobsTopic topic, byte[] payload, UserProperties trace, int mostBytes) {
    String token = null;
    Ask ask;
    try {
      if (payload.length > mostBytes) {
        throw JobsRefusal.invalid("A request has at most " + mostBytes + " bytes").asException();
      }
      var body = body(payload);
      token = token(body.get("clientToken"));
      ask = ask(topic, body);
    } catch (JobsRefusedException refused) {
      ask = new Ask.Refused(refused.refusal());
    }
    return new JobsRequest(topic, ask, token, trace);
  }

  /** One that is not read at all. */
  static JobsRequest refused(JobsTopic topic, JobsRefusal refusal, UserProperties trace) {
    return new JobsRequest(topic, new Ask.Refused(refusal), null, trace);
  }

  private static Ask ask(JobsTopic topic, ObjectNode body) {
    return switch (topic.operation()) {
      case GET_PENDING -> new Ask.GetPending();
      case START_NEXT -> new Ask.StartNext(details(body), step(body, false));
      case DESCRIBE ->
          new Ask.Describe(
              topic.jobId(),
              number(body, "executionNumber"),
              flag(body, "includeJobDocument", true));
      case UPDATE -> update(topic, body);
    };
  }

  private static Ask update(JobsTopic topic, ObjectNode body) {
    if (topic.jobId().equals(JobsTopic.NEXT)) {
      throw JobsRefusal.invalidTopic("An update names its job").asException();
    }
    return new Ask.Update(
        topic.jobId(),
        status(body.get("status")),
        details(body),
        number(body, "expectedVersion"),
        number(body, "executionNumber"),
        flag(body, "includeJobExecutionState", false),
        flag(body, "includeJobDocument", false),
        step(body, true));
  }

  /** No payload at all asks for nothing in particular. */
  private static ObjectNode body(byte[] payload) {
    var text = JobsJson.text(payload).orElseThrow(() -> JobsRefusal.invalidJson().asException());
    if (text.isBlank()) {
      return JobsJson.object();
    }
    var read = JobsJson.read(text).orElseThrow(() -> JobsRefusal.invalidJson().asException());
    if (read instanceof ObjectNode object) {
      return object;
    }
    throw JobsRefusal.invalid("A request is a JSON object").asException();
  }

  private static String token(JsonNode node) {
    if (isAbsent(node)) {
      return null;
    }
    if (!node.isTextual()
        || node.textValue().getBytes(StandardCharsets.UTF_8).length > TOKEN_BYTES) {
      throw JobsRefusal.invalid("clientToken is a text of at most " + TOKEN_BYTES + " bytes")
          .asException();
    }
    return node.textValue();
  }

  private static ExecutionStatus status(JsonNode node) {
    return (isAbsent(node) || !node.isTextual()
            ? Optional.<ExecutionStatus>empty()
            : ExecutionStatus.named(node.textValue()))
        .filter(ExecutionStatus::isReportable)
        .orElseThrow(
            () ->
                JobsRefusal.invalid("status is IN_PROGRESS, SUCCEEDED, FAILED or REJECTED")
                    .asException());
  }

  private static Map<String, String> details(ObjectNode body) {
    var node = body.get("statusDetails");
    if (isAbsent(node)) {
      return null;
    }
    if (!node.isObject()) {
      throw JobsRefusal.invalid("statusDetails is an object of texts").asException();
    }
    Map<String, String> details = new LinkedHashMap<>();
    for (var it : node.properties()) {
      if (!NAME.matcher(it.getKey()).matches()) {
        throw JobsRefusal.invalid(
                "A name in statusDetails is 1 to %d of A-Z a-z 0-9 : _ -"
                    .formatted(NAME_CHARACTERS))
            .asException();
      }
      if (!it.getValue().isTextual() || !VALUE.matcher(it.getValue().textValue()).matches()) {
        throw JobsRefusal.invalid(
                "A value in statusDetails is a text of 1 to %d characters that can be printed"
                    .formatted(VALUE_CHARACTERS))
            .asException();
      }
      details.put(it.getKey(), it.getValue().textValue());
    }
    return details;
  }

  private static StepTimeout step(ObjectNode body, boolean mayEnd) {
    var minutes = number(body, "stepTimeoutInMinutes");
    if (minutes == null) {
      return StepTimeout.Unchanged.UNCHANGED;
    }
    if (minutes == -1 && mayEnd) {
      return StepTimeout.None.NONE;
    }
    if (minutes < 1 || minutes > LONGEST_STEP_MINUTES) {
      throw JobsRefusal.invalid("stepTimeoutInMinutes is 1 to " + LONGEST_STEP_MINUTES)
          .asException();
    }
    return new StepTimeout.Of(Duration.ofMinutes(minutes));
  }

  /** A number, or the digits of one: AWS' guide shows both. Null when it is absent. */
  private static Long number(ObjectNode body, String name) {
    var node = body.get(name);
    if (isAbsent(node)) {
      return null;
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    if (node.isTextual() && DIGITS.matcher(node.textValue()).matches()) {
      return Long.valueOf(node.textValue());
    }
    throw JobsRefusal.invalid(name + " is a whole number").asException();
  }

  private static boolean flag(ObjectNode body, String name, boolean otherwise) {
    var node = body.get(name);
    if (isAbsent(node)) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw JobsRefusal.invalid(name + " is true or false").asException();
    }
    return node.booleanValue();
  }

  private static boolean isAbsent(JsonNode node) {
    return node == null || node.isNull();
  }
}
