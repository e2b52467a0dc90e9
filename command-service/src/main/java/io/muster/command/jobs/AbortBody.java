package io.muster.command.jobs;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** When a job is ended because devices fail. */
@RegisterForReflection
record AbortBody(
    @NotNull @Schema(
            description =
                "Share of failed, rejected and timed-out among the devices that did it or failed,"
                    + " above 0 and at most 1")
        Double failureShare,
    @NotNull @Schema(description = "Only after so many did it or failed") Integer minimum) {}
