package io.muster.ingest.paging;

import io.muster.rest.problem.Refusal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * Where a list that is ordered by time goes on: after this row. Opaque to callers, so that its form
 * may change; it holds nothing that its bearer could not have asked for.
 *
 * @param time of the last row that was shown
 * @param id what tells it apart from others of that time
 */
public record TimeCursor(Instant time, UUID id) {
  private static final byte FORM = 1;
  private static final int BYTES = 1 + 8 + 4 + 16;
  private static final UUID LEAST = new UUID(0, 0);

  /** What PostgreSQL can hold, and more than a row has. */
  private static final Instant EARLIEST = Instant.parse("-4000-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

  /** Before all rows of that time. */
  public static TimeCursor before(Instant time) {
    return new TimeCursor(time, LEAST);
  }

  /**
   * Reads a query parameter.
   *
   * @param text from the query, or null for the beginning
   */
  public static TimeCursor read(String text, TimeCursor beginning) {
    if (text == null) {
      return beginning;
    }
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.remaining() == BYTES && bytes.get() == FORM) {
        var time = Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
        if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
          return new TimeCursor(time, new UUID(bytes.getLong(), bytes.getLong()));
        }
      }
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException none) {
      throw unknown();
    }
    throw unknown();
  }

  /** What {@link #read} reads. */
  public String text() {
    var bytes =
        ByteBuffer.allocate(BYTES)
            .put(FORM)
            .putLong(time.getEpochSecond())
            .putInt(time.getNano())
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private static RuntimeException unknown() {
    return Refusal.parameter("cursor", "is none that this list gave as next");
  }
}
