package io.muster.registry.provisioning;

import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;

/** Where a list that goes by compact keys goes on. */
final class Place {
  private Place() {}

  /**
   * @return 0 at the beginning
   */
  static int of(Cursor cursor) {
    if (cursor.after().isEmpty()) {
      return 0;
    }
    try {
      return Integer.parseInt(cursor.after());
    } catch (NumberFormatException ofAnotherList) {
      throw new Refusal.Malformed(
              "A parameter has a value that it cannot have.",
              List.of(FieldError.in("cursor", "is none that this list gave as next")))
          .asException();
    }
  }
}
