package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.command.commands.StepView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A job and how far it has come. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobView(
    UUID id,
    String description,
    JobCommandView command,
    TargetsBody targets,
    boolean continuous,
    RateBody rate,
    AbortBody abort,
    MaintenanceBody maintenance,
    Instant startAt,
    @Schema(description = "scheduled, running, paused, completed, aborted or cancelled")
        String state,
    @Schema(
            description =
                "Why it is in that state, where the state does not say it: failures,"
                    + " targets-refused or too-many-devices")
        String reason,
    Instant since,
    @Schema(
            description =
                "Why not all devices have had their turn: start, devices (they are being looked"
                    + " for), registry (it gives no answer), window, rate, or room (open commands"
                    + " of the tenant or of devices)")
        String waitsFor,
    @Schema(description = "When the next have theirs, where that is known") Instant nextAt,
    @Schema(
            description =
                "How many devices are in each state: pending, unknown, removed, cancelled, or that"
                    + " of their command; absent in lists")
        Map<String, Long> counts,
    List<StepView> steps,
    Instant createdAt,
    @Schema(description = "The subject of the token that made it") String createdBy) {}
