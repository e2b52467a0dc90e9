package io.muster.firmware.ddi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.firmware.actions.Feedback;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads what hawkBit's clients send. They differ in what they add (an {@code id} as a number, as a
 * text or empty, a {@code time} in a form of their own, progress), so what is not needed is not
 * looked at. Stateless.
 */
public final class DdiJson {
  private static final int MAX_DEPTH = 20;
  private static final int MAX_MESSAGES = 50;
  private static final int MAX_MESSAGE_CHARACTERS = 512;
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
              .build());

  private DdiJson() {}

  /** What a device says of itself, and what becomes of what it said before. */
  record ConfigData(Mode mode, Map<String, String> data) {}

  /** How attributes change. */
  enum Mode {
    MERGE,
    REPLACE,
    REMOVE
  }

  /**
   * Reads feedback to {@code deploymentBase} and {@code cancelAction}.
   *
   * @throws io.muster.rest.problem.RefusedException when it says nothing that is known
   */
  public static Feedback feedback(byte[] body) {
    var status = read(body).path("status");
    var result = status.path("result");
    return new Feedback(
        one(Feedback.Execution.class, status.path("execution"), "/status/execution"),
        result.path("finished").isMissingNode()
            ? Feedback.Finished.NONE
            : one(Feedback.Finished.class, result.path("finished"), "/status/result/finished"),
        status.path("code").isInt() ? status.path("code").intValue() : null,
        messages(status.path("details")));
  }

  /** Reads the answer to {@code confirmationBase}; true when the device agrees. */
  static boolean confirmation(byte[] body) {
    var text = read(body).path("confirmation").asText("");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "confirmed" -> true;
      case "denied" -> false;
      default -> throw wrong("/confirmation", "must be confirmed or denied");
    };
  }

  static List<String> details(byte[] body) {
    return messages(read(body).path("details"));
  }

  /** Reads {@code configData}; its values are texts, or what can be one. */
  static ConfigData configData(byte[] body, DdiConfig.Ddi limits) {
    var root = read(body);
    var mode =
        root.path("mode").isTextual() ? one(Mode.class, root.path("mode"), "/mode") : Mode.MERGE;
    if (!(root.path("data") instanceof ObjectNode members)) {
      throw wrong("/data", "must be an object");
    }
    Map<String, String> data = new LinkedHashMap<>();
    for (var member : members.properties()) {
      data.put(name(member.getKey(), limits), value(member, limits));
    }
    return new ConfigData(mode, data);
  }

  static byte[] bytes(JsonNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  private static String name(String name, DdiConfig.Ddi limits) {
    if (name.isEmpty() || name.length() > 128 || !isClean(name)) {
      throw wrong("/data", "has names of 1 to 128 characters");
    }
    return name;
  }

  private static String value(Map.Entry<String, JsonNode> member, DdiConfig.Ddi limits) {
    var value = member.getValue();
    if (!value.isValueNode()
        || value.asText().length() > limits.attributeCharacters()
        || !isClean(value.asText())) {
      throw wrong(
          "/data/" + member.getKey(),
          "must be a text of at most " + limits.attributeCharacters() + " characters");
    }
    return value.isNull() ? "" : value.asText();
  }

  /** PostgreSQL knows no NUL, and half a surrogate pair is no character. */
  private static boolean isClean(String text) {
    return text.indexOf('\0') < 0
        && text.codePoints().noneMatch(it -> it >= 0xD800 && it <= 0xDFFF);
  }

  private static List<String> messages(JsonNode details) {
    List<String> messages = new ArrayList<>();
    for (var detail : details) {
      if (messages.size() == MAX_MESSAGES) {
        break;
      }
      messages.add(message(detail.asText("")));
    }
    return messages;
  }

  private static String message(String text) {
    var clean = isClean(text) ? text : text.replaceAll("[\\x00\\p{Cs}]", "?");
    return clean.length() <= MAX_MESSAGE_CHARACTERS
        ? clean
        : clean.substring(0, clean.offsetByCodePoints(0, cut(clean)));
  }

  /** Never between the halves of a pair. */
  private static int cut(String text) {
    return text.codePointCount(0, MAX_MESSAGE_CHARACTERS - 1);
  }

  private static <E extends Enum<E>> E one(Class<E> type, JsonNode text, String pointer) {
    return Arrays.stream(type.getEnumConstants())
        .filter(it -> text.isTextual() && it.name().equalsIgnoreCase(text.textValue()))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    pointer,
                    "must be one of "
                        + String.join(
                            ", ",
                            Arrays.stream(type.getEnumConstants())
                                .map(it -> it.name().toLowerCase(Locale.ROOT))
                                .toList())));
  }

  static JsonNode read(byte[] body) {
    try {
      var root = MAPPER.readTree(body);
      if (root instanceof ObjectNode) {
        return root;
      }
    } catch (IOException malformed) {
      throw new Refusal.Malformed("The body is not JSON.", List.of()).asException();
    }
    throw new Refusal.Malformed("The body must be an object.", List.of()).asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Malformed(
            "The request cannot be understood.", List.of(FieldError.at(pointer, detail)))
        .asException();
  }
}
