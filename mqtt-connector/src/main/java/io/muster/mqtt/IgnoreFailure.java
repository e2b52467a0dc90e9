package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import org.jboss.logging.Logger;

/** Acknowledges the message although nobody processed it, because it was configured so. */
final class IgnoreFailure implements FailureStrategy {
  private static final Logger LOG = Logger.getLogger(IgnoreFailure.class);

  private final String channel;
  private final Meters meters;

  IgnoreFailure(String channel, Meters meters) {
    this.channel = channel;
    this.meters = meters;
  }

  @Override
  public Uni<Void> handle(Delivery delivery, Throwable reason) {
    LOG.warnf(
        "channel %s: ignored that a message on %s failed: %s",
        channel, delivery.publish().getTopic(), Reasons.of(reason));
    meters.count(Meters.Event.IGNORED);
    delivery.acknowledge();
    return Uni.createFrom().voidItem();
  }
}
