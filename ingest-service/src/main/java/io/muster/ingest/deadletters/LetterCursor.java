package io.muster.ingest.deadletters;

import io.muster.rest.problem.Refusal;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/** Where a list of dead letters goes on: before this one. Opaque to callers. */
final class LetterCursor {
  private static final UUID NEWEST = new UUID(-1, -1);
  private static final int BYTES = 16;

  private LetterCursor() {}

  static UUID read(String text) {
    if (text == null) {
      return NEWEST;
    }
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.remaining() == BYTES) {
        return new UUID(bytes.getLong(), bytes.getLong());
      }
    } catch (IllegalArgumentException notBase64) {
      throw unknown();
    }
    throw unknown();
  }

  static String text(UUID last) {
    var bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(last.getMostSignificantBits())
            .putLong(last.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private static RuntimeException unknown() {
    return Refusal.parameter("cursor", "is none that this list gave as next");
  }
}
