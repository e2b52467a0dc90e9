package io.muster.ingest.endpoint.down;

import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.down.Exchange.State;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.OutgoingMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** QoS 2 messages as a session keeps them, and back. Stateless. */
final class KeptMessages {
  private KeptMessages() {}

  static OutgoingMessage of(Exchange exchange, Clock clock) {
    var waiting = exchange.message;
    var message = waiting.message();
    var expiresAt =
        message.messageExpirySeconds() < 0
            ? null
            : clock.instant().plusNanos(waiting.expiresAtNanos() - System.nanoTime());
    return new OutgoingMessage(
        exchange.packetIdentifier,
        new OutgoingMessage.Message(
            message.topic().serviceName(),
            message.payload(),
            message.payloadFormat(),
            message.contentType(),
            message.responseTopic(),
            message.correlationData(),
            message.userProperties(),
            waiting.match().identifiers(),
            expiresAt));
  }

  /** What an earlier connection left; without its message when nobody understands it any more. */
  static Exchange exchange(OutgoingMessage kept, Clock clock) {
    var message = kept.message();
    var topic = message == null ? null : DownwardTopic.parse(message.topic()).orElse(null);
    return topic == null
        ? new Exchange(kept.packetIdentifier(), null, true, State.TAKEN)
        : new Exchange(kept.packetIdentifier(), waiting(topic, message, clock), true, State.READY);
  }

  private static Waiting waiting(DownwardTopic topic, OutgoingMessage.Message kept, Clock clock) {
    var left = left(kept.expiresAt(), clock);
    var message =
        new DownwardMessage(
            topic,
            kept.payload(),
            2,
            kept.contentType(),
            kept.responseTopic(),
            kept.correlationData(),
            kept.userProperties(),
            left == null ? -1 : left.toSeconds(),
            kept.payloadFormat());
    return new Waiting(
        message,
        2,
        new Subscriptions.Match(2, kept.subscriptionIdentifiers()),
        System.nanoTime() + (left == null ? 0 : left.toNanos()),
        kept.payload().length + Waiting.OVERHEAD_BYTES);
  }

  /** Null for ever. */
  private static Duration left(Instant expiresAt, Clock clock) {
    if (expiresAt == null) {
      return null;
    }
    var left = Duration.between(clock.instant(), expiresAt);
    var longest = Duration.ofNanos(TimeUnit.DAYS.toNanos(36_500));
    return left.compareTo(longest) > 0 ? longest : left.isNegative() ? Duration.ZERO : left;
  }
}
