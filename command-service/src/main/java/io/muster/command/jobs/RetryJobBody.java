package io.muster.command.jobs;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Which devices have another turn. */
@RegisterForReflection
record RetryJobBody(
    @Schema(
            description =
                "States of their commands: failed, rejected, timed-out, expired, cancelled; all but"
                    + " the last when absent. With cancelled also devices that had no turn before"
                    + " the job was aborted")
        List<String> states) {}
