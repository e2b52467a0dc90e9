package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.rest.problem.Explanation;

/** One device of an import. */
sealed interface Row {
  /** Of its first line; the first of the request is 1. */
  long line();

  /** How long it was. */
  int bytes();

  /**
   * A row that can be read.
   *
   * @param device its members, not looked at yet
   */
  record Readable(long line, int bytes, ObjectNode device) implements Row {}

  /**
   * A row that cannot.
   *
   * @param why in words for the sender
   */
  record Unreadable(long line, int bytes, Explanation why) implements Row {}
}
