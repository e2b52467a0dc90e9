package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.TimeUnit;

/**
 * How long a message that waits for the broker is of use.
 *
 * @param endsAtNanos as {@link System#nanoTime}
 */
record Lifetime(long endsAtNanos) {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Null for a message that does not expire. */
  static Lifetime of(Mqtt5Publish publish, long nowNanos) {
    var expiry = publish.getMessageExpiryInterval();
    return expiry.isEmpty()
        ? null
        : new Lifetime(nowNanos + TimeUnit.SECONDS.toNanos(expiry.getAsLong()));
  }

  boolean isOver(long nowNanos) {
    return nowNanos - endsAtNanos >= 0;
  }

  /** Rounded up, and at least one. */
  long secondsLeft(long nowNanos) {
    return Math.max(1, (endsAtNanos - nowNanos + SECOND - 1) / SECOND);
  }
}
