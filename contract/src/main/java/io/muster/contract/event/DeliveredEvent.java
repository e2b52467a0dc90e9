package io.muster.contract.event;

import java.time.Instant;

/**
 * A device's MQTT client acknowledged a downward QoS 1 message: the {@code data} of {@code
 * platform/ingest/delivered/{tenant}/{device}}.
 *
 * @param topic the topic name at the broker
 * @param packetEpoch the epoch of the session over which it went
 * @param at when the PUBACK arrived
 */
public record DeliveredEvent(String topic, long packetEpoch, Instant at) {}
