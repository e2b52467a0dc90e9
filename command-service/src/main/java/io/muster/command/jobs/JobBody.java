package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.command.commands.CommandBody;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One command for many devices; what is absent has a default. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobBody(
    @Size(max = 200) @Pattern(regexp = CommandBody.STORABLE, message = CommandBody.NOT_STORABLE) @Schema(description = "For people")
        String description,
    @NotNull @Valid @Schema(description = "What each of the devices gets") CommandBody command,
    @NotNull @Valid TargetsBody targets,
    @Schema(
            description =
                "Whether devices that come to fit the group or the filter later get it too; false"
                    + " when absent")
        Boolean continuous,
    @Valid RateBody rate,
    @Valid AbortBody abort,
    @Valid @Schema(description = "When it may send; at any time when absent")
        MaintenanceBody maintenance,
    @Schema(description = "Not before then; at once when absent") Instant startAt) {

  PlanBody plan() {
    return new PlanBody(targets, continuous, rate, abort, maintenance, startAt);
  }
}
