package io.muster.contract.event;

import java.time.Instant;
import java.util.List;

/**
 * A client hears from now on what is said to a device: the {@code data} of {@code
 * platform/ingest/session/subscribed/{tenant}/{device}}, where the device is the one whose topics
 * they are. Told after SUBACK, and for a session that is taken up again after CONNACK; so what the
 * device missed can be sent to it without being lost. That a subscription ended is not told.
 *
 * @param clientIdentifier of the connection, perhaps a gateway's
 * @param epoch of its session
 * @param filters as the client wrote them: they match topic names as the device sees them
 * @param at when they were granted
 */
public record SubscribedEvent(
    String clientIdentifier, long epoch, List<String> filters, Instant at) {
  public SubscribedEvent {
    filters = List.copyOf(filters);
  }
}
