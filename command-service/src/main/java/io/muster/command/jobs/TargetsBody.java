package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.command.commands.CommandBody;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.GroupId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** To whom a job sends; exactly one of these. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record TargetsBody(
    @Schema(description = "These devices, in this order") List<DeviceId> devices,
    @Schema(description = "The devices of a group of the registry") GroupId group,
    @Pattern(regexp = CommandBody.STORABLE, message = CommandBody.NOT_STORABLE) @Schema(description = "The devices that fit a filter of the registry (RSQL)")
        String filter) {}
