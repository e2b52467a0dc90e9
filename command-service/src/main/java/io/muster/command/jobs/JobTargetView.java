package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceId;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A device of a job. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobTargetView(
    DeviceId device,
    @Schema(
            description =
                "pending; unknown (the registry has no such device), removed (it was deleted),"
                    + " cancelled (the job ended) before its turn; or the state of its command")
        String state,
    @Schema(description = "Why, where the state does not say it") String reason,
    Instant since,
    @Schema(description = "The command that it was given") UUID command) {}
