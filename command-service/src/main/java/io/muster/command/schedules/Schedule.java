package io.muster.command.schedules;

import io.muster.contract.id.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A schedule as whoever fires or changes it sees it.
 *
 * @param version of what people asked for
 * @param owner in whose name it fires
 * @param catchUp how late it may still fire
 * @param nextAt for which time it fires next; null when it does not
 * @param trouble why it could not fire for that time so far, or null
 */
record Schedule(
    long key,
    UUID id,
    TenantId tenant,
    long version,
    String owner,
    Task task,
    Timing timing,
    Duration catchUp,
    ScheduleState state,
    Instant nextAt,
    String trouble) {}
