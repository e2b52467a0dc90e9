package io.muster.localstack.simulate;

import java.time.Duration;

/**
 * What a simulated fleet does.
 *
 * @param devices how many
 * @param rate how often each sends
 * @param badPayloads the share of payloads that are broken
 * @param reconnects whether devices drop their connection now and then
 * @param lifetime how long they live, from when all are registered
 */
record FleetSettings(
    int devices, MessageRate rate, Share badPayloads, boolean reconnects, Duration lifetime) {}
