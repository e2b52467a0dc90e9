package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceId;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A device of a rollout. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutDevice")
record RolloutDeviceView(
    DeviceId device,
    @Schema(description = "The number of its group, once that is decided") Integer group,
    @Schema(description = "As in the counts of the rollout") String state,
    int attempts,
    @Schema(description = "Not before then another one") Instant nextAttempt,
    @Schema(description = "The id of its firmware action, which tells what the device said")
        Long action,
    Instant givenAt,
    Instant endedAt) {}
