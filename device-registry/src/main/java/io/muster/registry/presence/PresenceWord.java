package io.muster.registry.presence;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A device's own word on its presence: {@code online} or {@code offline}, as text, as a JSON
 * string, or as the member {@code status} of a JSON object. Stateless.
 */
final class PresenceWord {
  private static final int MAX_BYTES = 4_096;

  private PresenceWord() {}

  /** Empty when it says neither. */
  static Optional<PresenceStatus> read(byte[] payload) {
    if (payload.length > MAX_BYTES) {
      return Optional.empty();
    }
    var text = new String(payload, StandardCharsets.UTF_8).strip();
    return said(text).or(() -> said(statusIn(text)));
  }

  private static Optional<PresenceStatus> said(String text) {
    return PresenceStatus.labelled(text).filter(word -> word != PresenceStatus.UNKNOWN);
  }

  private static String statusIn(String text) {
    try {
      var json = ContractJson.mapper().readTree(text);
      return word(json != null && json.isObject() ? json.get("status") : json);
    } catch (IOException notJson) {
      return "";
    }
  }

  private static String word(JsonNode json) {
    return json != null && json.isTextual() ? json.textValue() : "";
  }
}
