package io.muster.localstack.simulate;

import io.muster.localstack.device.CommandConduct;
import java.time.Duration;
import java.util.Optional;

/**
 * What a simulated fleet does.
 *
 * @param devices how many
 * @param rate how often each sends
 * @param badPayloads the share of payloads that are broken
 * @param reconnects whether devices drop their connection now and then
 * @param commands what they do about commands; empty when they do not listen
 * @param slowFor how long those that are slow work on one
 * @param lifetime how long they live, from when all are registered
 */
record FleetSettings(
    int devices,
    MessageRate rate,
    Share badPayloads,
    boolean reconnects,
    Optional<CommandConduct> commands,
    Duration slowFor,
    Duration lifetime) {}
