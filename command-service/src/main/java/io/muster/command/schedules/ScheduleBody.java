package io.muster.command.schedules;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.command.commands.CommandBody;
import io.muster.command.jobs.JobBody;
import io.muster.contract.id.DeviceId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is to be sent when: a command to a device or a job, at a time or by a cron expression. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScheduleBody(
    @Size(max = 200) @Pattern(regexp = CommandBody.STORABLE, message = CommandBody.NOT_STORABLE) @Schema(description = "For people")
        String description,
    @Schema(description = "Whom the command is for") DeviceId device,
    @Valid @Schema(description = "What it gets; not together with job") CommandBody command,
    @Valid @Schema(description = "A job that begins at each of the times, so without startAt")
        JobBody job,
    @Schema(description = "Once, at this time") Instant at,
    @Schema(
            description = "Again and again: minute, hour, day of the month, month, day of the week",
            examples = "30 2 * * MON-FRI")
        String cron,
    @Schema(description = "Whose clock cron means", examples = "Europe/Berlin") String zone,
    @Schema(description = "The last moment for cron; for ever when absent") Instant until,
    @Schema(
            description =
                "How late it may still be sent when it could not be in time, ISO-8601; an hour when"
                    + " absent. Of several times that were missed the last alone is made up for")
        Duration catchUpWithin) {}
