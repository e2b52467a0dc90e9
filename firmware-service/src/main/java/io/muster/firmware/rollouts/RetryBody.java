package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a device that failed tries again by itself. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutRetry")
record RetryBody(
    @NotNull @Schema(description = "The most attempts, the first included") Integer attempts,
    @Schema(description = "After the first failure; doubles with each; a minute when absent")
        Duration minBackoff,
    @Schema(description = "At most; an hour when absent") Duration maxBackoff) {}
