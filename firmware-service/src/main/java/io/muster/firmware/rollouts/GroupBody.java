package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A group of a rollout; each but the last has one of share and count. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutGroupInput")
record GroupBody(
    @Size(min = 1, max = 100) @Schema(description = "For people") String name,
    @Schema(description = "Share of all devices, above 0 and at most 1, rounded up") Double share,
    @Schema(description = "How many devices, as far as there are so many") Integer count,
    @Schema(
            description =
                "The next group begins when so many of those that take part have it; 0.9 when"
                    + " absent")
        Double successShare,
    @Schema(
            description =
                "The rollout stops when so many of them could not install it; 0.1 when absent")
        Double errorShare) {}
