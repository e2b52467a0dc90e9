package io.muster.ingest.intake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The ids of messages that go to the outbox out of the dead letters: the same at each attempt, and
 * never the letter's own, under which the outbox has had something already, be it the message that
 * nobody took or the announcement of the letter. Stateless.
 */
final class ReplayIds {
  private static final byte[] PURPOSE = "replay".getBytes(StandardCharsets.US_ASCII);

  private static final long VERSION_8 = 0x8000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private ReplayIds() {}

  /** UUID version 8 (RFC 9562 §5.8): of SHA-256 over the letter's id and {@code replay}. */
  static UUID of(UUID letter) {
    var hash =
        ByteBuffer.wrap(
            sha256(
                ByteBuffer.allocate(2 * Long.BYTES + PURPOSE.length)
                    .putLong(letter.getMostSignificantBits())
                    .putLong(letter.getLeastSignificantBits())
                    .put(PURPOSE)
                    .array()));
    return new UUID((hash.getLong() & ~0xf000L) | VERSION_8, (hash.getLong() >>> 2) | VARIANT);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
