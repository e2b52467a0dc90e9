package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Ends the channel with a failure that liveness shows. The message and those after it stay in the
 * session at the broker for whoever restarts the application.
 */
final class EndFailure implements FailureStrategy {
  private static final Logger LOG = Logger.getLogger(EndFailure.class);

  private final String channel;
  private final Consumer<Throwable> end;

  EndFailure(String channel, Consumer<Throwable> end) {
    this.channel = channel;
    this.end = end;
  }

  @Override
  public Uni<Void> handle(Delivery delivery, Throwable reason) {
    LOG.errorf(
        "channel %s: ended, because a message on %s failed: %s",
        channel, delivery.publish().getTopic(), Reasons.of(reason));
    end.accept(reason);
    return Uni.createFrom().voidItem();
  }
}
