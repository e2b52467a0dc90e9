package io.muster.outbox;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ids for outbox entries: UUID version 7 (RFC 9562 §5.7), milliseconds since the epoch and then 74
 * random bits. New ids fall near each other in the primary key's index, so that a batch touches few
 * pages of it. Not secret: whoever sees one can guess at others. Thread-safe.
 */
public final class EventIds {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private final Clock clock;

  public EventIds(Clock clock) {
    this.clock = clock;
  }

  /** A new id. */
  public UUID next() {
    var random = ThreadLocalRandom.current();
    var most = (clock.millis() << 16) | VERSION_7 | random.nextLong(0x1000);
    var least = VARIANT | (random.nextLong() >>> 2);
    return new UUID(most, least);
  }
}
