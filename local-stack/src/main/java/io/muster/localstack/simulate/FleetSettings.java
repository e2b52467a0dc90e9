package io.muster.localstack.simulate;

import java.time.Instant;

/**
 * What a simulated fleet does.
 *
 * @param devices how many
 * @param rate how often each sends
 * @param badPayloads the share of payloads that are broken
 * @param reconnects whether devices drop their connection now and then
 * @param end when it is over
 */
record FleetSettings(
    int devices, MessageRate rate, Share badPayloads, boolean reconnects, Instant end) {}
