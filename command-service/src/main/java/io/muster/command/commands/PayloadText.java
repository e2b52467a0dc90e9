package io.muster.command.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Whether a payload can be shown as JSON. Stateless. */
public final class PayloadText {
  private PayloadText() {}

  /** Null when it says that it is something else, or is. */
  public static JsonNode json(String contentType, byte[] payload) {
    if (payload.length == 0 || contentType != null && !contentType.contains("json")) {
      return null;
    }
    try {
      var read = ExactJson.MAPPER.readTree(payload);
      return read == null || read.isMissingNode() ? null : read;
    } catch (JsonProcessingException notJson) {
      return null;
    } catch (IOException unreadable) {
      return null;
    }
  }
}
