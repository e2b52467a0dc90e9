package io.muster.command.jobs;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a job is called off. */
@RegisterForReflection
record CancelJobBody(
    @Schema(
            description =
                "Whether commands that were sent and have not ended are called off, too; false when"
                    + " absent")
        Boolean alsoSent) {}
