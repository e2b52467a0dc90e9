package io.muster.command.neighbours;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import java.io.IOException;

/** A service that is asked understands the question, and it makes no sense to it. */
public final class RefusedQuestionException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_CHARACTERS = 500;

  private RefusedQuestionException(String message) {
    super(message, null, false, false);
  }

  /** Tells what its problem says, fit for whoever asked. */
  static RefusedQuestionException of(byte[] problem) {
    return new RefusedQuestionException(detail(problem));
  }

  private static String detail(byte[] problem) {
    try {
      var read = ContractJson.mapper().readTree(problem);
      var error = read.path("errors").path(0).path("detail");
      var detail = error.isTextual() ? error : read.path("detail");
      return bounded(detail);
    } catch (IOException notJson) {
      return bounded(null);
    }
  }

  private static String bounded(JsonNode detail) {
    var text = detail == null || !detail.isTextual() ? "is none" : detail.asText();
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }
}
