package io.muster.command.schedules;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.command.commands.CommandBody;
import io.muster.command.jobs.JobBody;
import io.muster.contract.id.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A schedule, when it fires next and what became of it last.
 *
 * @param version in the header {@code ETag}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScheduleView(
    UUID id,
    String description,
    DeviceId device,
    CommandBody command,
    JobBody job,
    Instant at,
    String cron,
    String zone,
    Instant until,
    Duration catchUpWithin,
    @Schema(description = "active, paused or finished") String state,
    Instant since,
    @Schema(description = "For which time it fires next; absent when it does not") Instant nextAt,
    @Schema(
            description =
                "Why it has not fired for that time yet, and is tried again: limit-reached or"
                    + " registry-away")
        String trouble,
    @Schema(description = "What became of its last time") FiringView last,
    long version,
    Instant createdAt,
    @Schema(description = "The subject of the token that made it") String createdBy,
    Instant updatedAt,
    @Schema(description = "Who changed it last; in this one's name it fires") String updatedBy) {}
