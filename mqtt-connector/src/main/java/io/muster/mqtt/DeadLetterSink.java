package io.muster.mqtt;

import io.smallrye.mutiny.Uni;

/**
 * Where messages go that the application refused for good. A CDI bean with an {@code @Identifier};
 * the channel names it with the attribute {@code dead-letter-sink}. Without one, the channel
 * publishes to its {@code dead-letter-topic}.
 */
@FunctionalInterface
public interface DeadLetterSink {
  /**
   * Keeps a message. Only when the returned {@code Uni} has completed is the message acknowledged
   * at the broker; when it fails, or takes longer than {@code dead-letter-timeout}, the message is
   * redelivered instead, so the same letter may come more than once.
   *
   * @param letter the message and why it is here
   * @return completes when the letter is safe; called on the channel's event loop, must not block
   */
  Uni<Void> store(DeadLetter letter);
}
