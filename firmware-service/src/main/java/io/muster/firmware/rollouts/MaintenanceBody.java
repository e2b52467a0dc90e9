package io.muster.firmware.rollouts;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** When devices may begin. */
@RegisterForReflection
@Schema(name = "RolloutMaintenance")
record MaintenanceBody(
    @NotNull @Schema(
            description =
                "When its window opens: minute, hour, day of the month, month, day of the week",
            examples = "0 2 * * SAT")
        String cron,
    @NotNull @Schema(description = "How long it is open, ISO-8601", examples = "PT4H")
        Duration duration,
    @NotNull @Schema(description = "Whose clock", examples = "Europe/Berlin") String zone) {}
