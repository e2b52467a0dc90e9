package io.muster.outbox;

import java.time.Instant;
import java.util.Optional;

/**
 * What the publisher of this instance is doing.
 *
 * @param publisher whether this instance is the one that publishes
 * @param waiting how many committed messages the broker does not have yet, up to a bound; only the
 *     publisher knows, others say 0
 * @param lastFailure why the broker or the database could not be had the last time, while that is
 *     so
 * @param failingSince since when, while that is so
 */
public record OutboxStatus(
    boolean publisher,
    long waiting,
    Optional<String> lastFailure,
    Optional<Instant> failingSince) {}
