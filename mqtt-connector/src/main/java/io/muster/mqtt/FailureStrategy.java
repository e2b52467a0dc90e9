package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/**
 * What becomes of a message that the application refused for good. On the channel's loop alone.
 * Whatever it does, the message is acknowledged only when it is safe or given up by configuration.
 */
interface FailureStrategy {
  /**
   * @return completes, never with a failure, when the fate of the message is decided
   */
  Uni<Void> handle(Delivery delivery, Throwable reason);

  /**
   * @param end ends the channel with a failure
   */
  static FailureStrategy of(
      InboundSettings settings, Loop loop, Link link, Meters meters, Consumer<Throwable> end) {
    var channel = settings.link().channel();
    var redeliver = new RedeliverFailure(channel, settings.retry(), link, meters);
    var failure = settings.failure();
    return switch (failure.strategy()) {
      case DEAD_LETTER ->
          new DeadLetterFailure(
              channel,
              loop,
              DeadLetterDestination.of(failure),
              failure.timeout(),
              redeliver,
              meters);
      case REDELIVER -> redeliver;
      case IGNORE -> new IgnoreFailure(channel, meters);
      case FAIL -> new EndFailure(channel, end);
    };
  }
}
