package io.muster.firmware.neighbours;

/** The registry does not understand a filter, or knows no such group. */
public final class RefusedQuestionException extends RuntimeException {
  RefusedQuestionException() {
    super("the registry does not understand the filter", null, false, false);
  }
}
