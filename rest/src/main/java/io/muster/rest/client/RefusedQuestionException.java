package io.muster.rest.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import java.io.IOException;

/** A service that is asked does not understand a filter, or knows no such group. */
public final class RefusedQuestionException extends RuntimeException {
  private static final int MAX_CHARACTERS = 500;

  private RefusedQuestionException(String message) {
    super(message, null, false, false);
  }

  /** Says what its problem says (RFC 9457), fit for whoever wrote the filter. */
  static RefusedQuestionException of(byte[] problem) {
    return new RefusedQuestionException(detail(problem));
  }

  private static String detail(byte[] problem) {
    try {
      var read = ContractJson.mapper().readTree(problem);
      var ofField = read.path("errors").path(0).path("detail");
      return bounded(ofField.isTextual() ? ofField : read.path("detail"));
    } catch (IOException notJson) {
      return "is not understood by the registry";
    }
  }

  private static String bounded(JsonNode detail) {
    var text = detail.asText("");
    return text.isEmpty()
        ? "is not understood by the registry"
        : text.substring(0, Math.min(text.length(), MAX_CHARACTERS));
  }
}
