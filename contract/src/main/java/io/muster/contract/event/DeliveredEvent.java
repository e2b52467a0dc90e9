package io.muster.contract.event;

import java.time.Instant;

/**
 * A device's MQTT client has a downward message of QoS 1 or 2 (PUBACK, PUBREC): the {@code data} of
 * {@code platform/ingest/delivered/{tenant}/{device}}.
 *
 * @param topic the topic name at the broker
 * @param packetEpoch the epoch of the session over which it went
 * @param at when that arrived
 */
public record DeliveredEvent(String topic, long packetEpoch, Instant at) {}
