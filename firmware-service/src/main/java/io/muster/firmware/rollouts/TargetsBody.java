package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.GroupId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** To whom a rollout goes; exactly one of these. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutTargets")
record TargetsBody(
    @Schema(description = "These devices, in this order") List<DeviceId> devices,
    @Schema(description = "The devices of a group of the registry") GroupId group,
    @Schema(description = "The devices that fit a filter of the registry (RSQL)") String filter) {}
