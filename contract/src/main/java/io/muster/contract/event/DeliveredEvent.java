package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;

/**
 * A device's MQTT client has a downward message of QoS 1 or 2 (PUBACK, PUBREC): the {@code data} of
 * {@code platform/ingest/delivered/{tenant}/{device}}.
 *
 * @param topic the topic name at the broker
 * @param packetEpoch the epoch of the session over which it went
 * @param at when that arrived
 * @param messageId the id that the service gave the message in its user property {@value
 *     #MESSAGE_ID}, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeliveredEvent(String topic, long packetEpoch, Instant at, UUID messageId) {
  /** The user property of a downward message by which its service knows it again. */
  public static final String MESSAGE_ID = "muster-id";

  /** Of a message without an id. */
  public DeliveredEvent(String topic, long packetEpoch, Instant at) {
    this(topic, packetEpoch, at, null);
  }
}
