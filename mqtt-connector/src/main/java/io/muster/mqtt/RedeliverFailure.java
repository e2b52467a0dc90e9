package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Has the broker deliver the message again. MQTT resends nothing on a live connection (MQTT 5
 * §4.4), so the connection is replaced; everything that was not acknowledged comes again.
 */
final class RedeliverFailure implements FailureStrategy {
  private static final Logger LOG = Logger.getLogger(RedeliverFailure.class);

  private final String channel;
  private final Link link;
  private final Meters meters;
  private final Backoff backoff;
  private final Duration calm;
  private long lastNanos;
  private boolean before;

  RedeliverFailure(String channel, InboundSettings.RetrySettings retry, Link link, Meters meters) {
    this.channel = channel;
    this.link = link;
    this.meters = meters;
    this.backoff = new Backoff(retry.delay(), retry.maxDelay(), RandomGenerator.getDefault());
    this.calm = retry.maxDelay().multipliedBy(2);
  }

  @Override
  public Uni<Void> handle(Delivery delivery, Throwable reason) {
    if (delivery.connection().isOpen()) {
      meters.count(Meters.Event.REDELIVERED);
      var delay = delay();
      LOG.warnf(
          "channel %s: reconnecting in %d ms to have a message on %s delivered again: %s",
          channel, delay.toMillis(), delivery.publish().getTopic(), Reasons.of(reason));
      link.restart(delay, "redelivery after: " + Reasons.of(reason));
    }
    return Uni.createFrom().voidItem();
  }

  private Duration delay() {
    var now = System.nanoTime();
    if (before && now - lastNanos > calm.toNanos()) {
      backoff.reset();
    }
    before = true;
    lastNanos = now;
    return backoff.next();
  }
}
