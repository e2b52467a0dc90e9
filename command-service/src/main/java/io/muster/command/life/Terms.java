package io.muster.command.life;

import java.time.Duration;
import java.time.Instant;

/**
 * What was agreed on when a command was sent; never changes.
 *
 * @param oneWay no answer is wanted: it ends with the last that can be known of it, DELIVERED, or
 *     SENT at QoS 0
 * @param qos of MQTT, 0 to 2; at QoS 0 nobody tells of the delivery
 * @param expiresAt until when it may be sent
 * @param responseTimeout how long the device may be silent after it has the command, and again
 *     after it said that it is at work
 * @param retries how often it is sent again when no answer came; what was not delivered is sent
 *     again until it expires, whatever this is
 * @param minBackoff the first pause before it is sent again; doubled each time
 * @param maxBackoff what the pause grows to
 */
public record Terms(
    boolean oneWay,
    int qos,
    Instant expiresAt,
    Duration responseTimeout,
    int retries,
    Duration minBackoff,
    Duration maxBackoff) {
  private static final int MAX_DOUBLINGS = 30;
  private static final Duration LONGEST_BLIND = Duration.ofHours(1);

  public Terms {
    if (qos < 0 || qos > 2 || retries < 0) {
      throw new IllegalArgumentException("QoS is 0, 1 or 2, retries are not negative");
    }
    if (!responseTimeout.isPositive()
        || !minBackoff.isPositive()
        || maxBackoff.compareTo(minBackoff) < 0) {
      throw new IllegalArgumentException("durations are positive, maxBackoff at least minBackoff");
    }
  }

  /**
   * The pause after a number of attempts.
   *
   * @param attempts from 1
   */
  Duration backoff(int attempts) {
    return pause(attempts, maxBackoff);
  }

  /**
   * The same while nobody knows whether the device is there: it goes on growing, since a device
   * that did not take the first few most likely is not, and is told of when it comes.
   */
  Duration blindBackoff(int attempts) {
    return pause(attempts, maxBackoff.compareTo(LONGEST_BLIND) > 0 ? maxBackoff : LONGEST_BLIND);
  }

  private Duration pause(int attempts, Duration longest) {
    var doublings = Math.clamp(attempts - 1, 0, MAX_DOUBLINGS);
    var pause = minBackoff.multipliedBy(1L << doublings);
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
