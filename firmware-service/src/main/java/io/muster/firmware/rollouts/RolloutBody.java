package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One distribution for many devices; what is absent has a default. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutInput")
record RolloutBody(
    @NotNull @Size(min = 1, max = 200) String name,
    @Size(max = 2_000) @Schema(description = "For people") String description,
    @NotNull @Schema(description = "What devices get; it has been released") UUID distribution,
    @NotNull @Valid TargetsBody targets,
    @Schema(
            description =
                "Whether devices that come to fit the group or the filter later get it too; false"
                    + " when absent")
        Boolean continuous,
    @Schema(description = "One after another; one of all devices when absent")
        List<@NotNull @Valid GroupBody> groups,
    @Valid RateBody rate,
    @Schema(description = "How many devices may be at it at a time; any number when absent")
        Integer atOnce,
    @Valid @Schema(description = "One attempt when absent") RetryBody retry,
    @Schema(
            description =
                "How long a device may take from being given its update to having it, ISO-8601;"
                    + " for ever when absent")
        Duration updateWithin,
    @Valid @Schema(description = "When devices may begin; at any time when absent")
        MaintenanceBody maintenance,
    @Schema(description = "Not before then; at once when absent") Instant startAt,
    @Schema(description = "Whether it waits for somebody to start it; false when absent")
        Boolean manualStart,
    @Schema(
            description =
                "Whether somebody else has to approve it first; as the tenant's settings say when"
                    + " absent, and they may demand it")
        Boolean approvalRequired,
    @Schema(description = "Whether devices may not put it off; true when absent") Boolean forced) {
  PlanBody plan() {
    return new PlanBody(
        targets,
        continuous,
        groups,
        rate,
        atOnce,
        retry,
        updateWithin,
        maintenance,
        startAt,
        manualStart,
        forced);
  }
}
