package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import org.junit.jupiter.api.function.Executable;

/** What steps of tests are refused with. */
final class Refusals {
  private Refusals() {}

  /**
   * It is at odds with the present state.
   *
   * @param kind of the conflict
   */
  static void refused(String kind, Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertEquals(kind, assertInstanceOf(Refusal.Conflict.class, refused.refusal()).kind());
  }

  /** It finds nothing. */
  static void absent(Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertInstanceOf(Refusal.Absent.class, refused.refusal());
  }
}
