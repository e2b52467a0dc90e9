package io.muster.contract.event;

import java.util.UUID;

/**
 * A device's message was put into the dead letters: the {@code data} of {@code
 * platform/ingest/dead-letter/{tenant}/{device}}, where the device is the one that published it.
 *
 * @param id of the dead letter
 * @param topic the topic name as received
 * @param reason why, in lower case with hyphens
 * @param payloadBytes how long the payload was
 */
public record DeadLetterEvent(UUID id, String topic, String reason, int payloadBytes) {}
