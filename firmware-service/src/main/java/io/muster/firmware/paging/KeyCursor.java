package io.muster.firmware.paging;

import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.Refusal;

/** Where a list that is ordered by the age of its rows goes on. Stateless. */
public final class KeyCursor {
  private KeyCursor() {}

  /**
   * @param cursor from the query, or null for the beginning
   * @return the key to go on from; 0 at the beginning
   */
  public static long read(String cursor) {
    var after = Cursor.read(cursor).after();
    try {
      return after.isEmpty() ? 0 : Long.parseUnsignedLong(after, Character.MAX_RADIX);
    } catch (NumberFormatException unknown) {
      throw Refusal.parameter("cursor", "is none that this list gave as next");
    }
  }

  /** What {@link Cursor} wraps. */
  public static String text(long key) {
    return Long.toUnsignedString(key, Character.MAX_RADIX);
  }
}
