package io.muster.command.life;

import java.util.UUID;

/**
 * A message that is on its way to the device.
 *
 * @param messageId its id in the outbox
 * @param atBroker whether the broker has it
 */
public record Attempt(UUID messageId, boolean atBroker) {}
