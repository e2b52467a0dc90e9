package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * To whom a rollout goes and how, as it was asked for; the form of the column {@code rollout.plan}.
 *
 * @param targets null for a way back
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record PlanBody(
    TargetsBody targets,
    Boolean continuous,
    List<GroupBody> groups,
    RateBody rate,
    Integer atOnce,
    RetryBody retry,
    Duration updateWithin,
    MaintenanceBody maintenance,
    Instant startAt,
    Boolean manualStart,
    Boolean forced) {}
