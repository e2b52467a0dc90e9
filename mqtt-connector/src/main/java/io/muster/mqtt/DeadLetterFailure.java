package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Stores the message as a dead letter, and acknowledges it when that is safe. */
final class DeadLetterFailure implements FailureStrategy {
  private static final Logger LOG = Logger.getLogger(DeadLetterFailure.class);

  private final String channel;
  private final Loop loop;
  private final DeadLetterDestination destination;
  private final Duration timeout;
  private final FailureStrategy otherwise;
  private final Meters meters;

  DeadLetterFailure(
      String channel,
      Loop loop,
      DeadLetterDestination destination,
      Duration timeout,
      FailureStrategy otherwise,
      Meters meters) {
    this.channel = channel;
    this.loop = loop;
    this.destination = destination;
    this.timeout = timeout;
    this.otherwise = otherwise;
    this.meters = meters;
  }

  @Override
  public Uni<Void> handle(Delivery delivery, Throwable reason) {
    var topic = delivery.publish().getTopic();
    return Uni.createFrom()
        .deferred(() -> destination.store(channel, delivery, reason))
        .ifNoItem()
        .after(timeout)
        .fail()
        .emitOn(loop::run)
        .invoke(
            () -> {
              LOG.warnf(
                  "channel %s: a message on %s went to the dead letters: %s",
                  channel, topic, Reasons.of(reason));
              meters.count(Meters.Event.DEAD_LETTERED);
              delivery.acknowledge();
            })
        .onFailure()
        .recoverWithUni(
            failure -> {
              LOG.errorf(
                  "channel %s: a message on %s could not go to the dead letters: %s",
                  channel, topic, Reasons.of(failure));
              return otherwise.handle(delivery, reason);
            });
  }
}
