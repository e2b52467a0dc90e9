package io.muster.mqtt;

import io.smallrye.mutiny.Uni;

/** Where dead letters go. */
interface DeadLetterDestination {
  /**
   * @return completes when the letter is safe
   */
  Uni<Void> store(String channel, Delivery delivery, Throwable reason);

  static DeadLetterDestination of(InboundSettings.FailureSettings failure) {
    if (failure.sink().isPresent()) {
      var sink = failure.sink().get();
      return (channel, delivery, reason) ->
          sink.store(
              new DeadLetter(
                  Properties.received(channel, delivery),
                  delivery.publish().getPayloadAsBytes(),
                  reason));
    }
    return new DeadLetterTopic(failure.topic().orElseThrow(), failure.lossAllowed());
  }
}
