package io.muster.command.schedules;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What became of one of a schedule's times. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FiringView(
    @Schema(description = "For which time") Instant dueAt,
    @Schema(description = "When it was done or given up") Instant at,
    @Schema(
            description =
                "fired, failed, or missed: then nothing was sent for this time and those that"
                    + " followed it until the next entry")
        String outcome,
    @Schema(
            description =
                "Why it failed: no-device, refused, limit-reached or registry-away; why it was"
                    + " missed: late or paused")
        String reason,
    @Schema(description = "The command that was sent") UUID command,
    @Schema(description = "The job that was made") UUID job) {}
