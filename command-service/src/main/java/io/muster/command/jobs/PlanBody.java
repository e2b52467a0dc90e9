package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;

/** To whom and when a job sends, as it was asked for; the form of the column {@code job.plan}. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record PlanBody(
    TargetsBody targets,
    Boolean continuous,
    RateBody rate,
    AbortBody abort,
    MaintenanceBody maintenance,
    Instant startAt) {}
