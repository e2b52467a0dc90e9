package io.muster.mqtt;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Resumes a session once more, some time after a connection that came after a loss.
 *
 * <p>A broker that was killed may leave messages out when it takes a session up again: HiveMQ CE
 * 2025.5 sometimes skips the one that was published first after its restart, and sends it only when
 * the session is resumed the next time. On a connection that stays, that would be never. On the
 * channel's loop alone.
 */
final class SecondResume {
  private static final Logger LOG = Logger.getLogger(SecondResume.class);
  private static final int POSTPONEMENTS = 5;

  private final String channel;
  private final Loop loop;
  private final Link link;
  private final Duration delay;
  private final BooleanSupplier busy;
  private boolean afterLoss;

  /**
   * @param delay zero for never
   * @param busy whether the application holds messages, which it would get twice
   */
  SecondResume(String channel, Loop loop, Link link, Duration delay, BooleanSupplier busy) {
    this.channel = channel;
    this.loop = loop;
    this.link = link;
    this.delay = delay;
    this.busy = busy;
  }

  /** A connection was lost, not ended on purpose. */
  void lost() {
    afterLoss = true;
  }

  void opened(Connection connection, boolean sessionPresent) {
    if (afterLoss && sessionPresent && !delay.isZero()) {
      plan(connection, POSTPONEMENTS);
    }
    afterLoss = false;
  }

  private void plan(Connection connection, int postponements) {
    loop.after(delay, () -> resume(connection, postponements));
  }

  private void resume(Connection connection, int postponements) {
    if (!connection.isOpen()) {
      return;
    }
    if (postponements > 0 && busy.getAsBoolean()) {
      plan(connection, postponements - 1);
      return;
    }
    LOG.infof("channel %s: resuming its session once more after an outage", channel);
    link.restart(Duration.ZERO, "second resumption after an outage");
  }
}
