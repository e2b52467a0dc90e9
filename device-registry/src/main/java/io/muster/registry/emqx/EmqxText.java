package io.muster.registry.emqx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Reads what EMQX sends. Its placeholders become texts, numbers or truth values by version, and one
 * without a value is left out, empty or {@code undefined}. Stateless.
 */
final class EmqxText {
  private static final long LATEST_MILLIS = 253_402_300_799_999L;
  private static final String NO_VALUE = "undefined";

  private EmqxText() {}

  /**
   * @param body null as well, for none
   * @return empty when it is no JSON object
   */
  static Optional<JsonNode> body(byte[] body, ObjectMapper mapper) {
    try {
      return body == null
          ? Optional.empty()
          : Optional.ofNullable(mapper.readTree(body)).filter(JsonNode::isObject);
    } catch (JsonProcessingException notJson) {
      return Optional.empty();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static Optional<String> text(JsonNode body, String member) {
    var value = body.path(member);
    return value.isValueNode() && !value.isNull()
        ? Optional.of(value.asText()).filter(it -> !it.isEmpty() && !it.equals(NO_VALUE))
        : Optional.empty();
  }

  /** Words for people: bounded, in one line. */
  static Optional<String> words(JsonNode body, String member, int maxCharacters) {
    return text(body, member)
        .map(it -> it.length() <= maxCharacters ? it : it.substring(0, maxCharacters))
        .map(it -> it.replaceAll("\\p{Cntrl}", "?"));
  }

  static Optional<Integer> number(JsonNode body, String member) {
    try {
      return text(body, member).map(Integer::valueOf);
    } catch (NumberFormatException none) {
      return Optional.empty();
    }
  }

  /** Milliseconds since 1970, before the year 10,000. */
  static Optional<Instant> time(JsonNode body, String member) {
    try {
      return text(body, member)
          .map(Long::valueOf)
          .filter(it -> it >= 0 && it <= LATEST_MILLIS)
          .map(Instant::ofEpochMilli);
    } catch (NumberFormatException none) {
      return Optional.empty();
    }
  }
}
