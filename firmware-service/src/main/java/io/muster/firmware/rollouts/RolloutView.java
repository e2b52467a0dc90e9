package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A rollout and how far it has come. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Rollout")
record RolloutView(
    UUID id,
    String name,
    String description,
    @Schema(description = "Absent in a way back, where each device has its own") UUID distribution,
    @Schema(description = "The rollout that this one takes back") UUID rollbackOf,
    TargetsBody targets,
    boolean continuous,
    RateBody rate,
    Integer atOnce,
    RetryBody retry,
    @Schema(description = "How long a device may take, ISO-8601") Duration updateWithin,
    MaintenanceBody maintenance,
    Instant startAt,
    boolean manualStart,
    boolean forced,
    boolean approvalRequired,
    @Schema(description = "Who approved or rejected it, when, and what they said")
        DecisionView decision,
    @Schema(
            description =
                "waiting-for-approval, ready, scheduled, running, paused, stopped, finished,"
                    + " cancelled or rejected")
        String state,
    @Schema(
            description =
                "Why it is in that state, where the state does not say it: error-share,"
                    + " success-share, distribution-withdrawn, signature-missing (when it was to"
                    + " begin), targets-refused or too-many-devices")
        String reason,
    Instant since,
    @Schema(
            description =
                "Why not all devices have it: start, devices (they are being looked for), registry"
                    + " (it gives no answer), tenant (it is suspended), window, rate, at-once,"
                    + " retry, or updates (devices are at it)")
        String waitsFor,
    @Schema(description = "When that is over, where it is known") Instant nextAt,
    @Schema(
            description =
                "How many devices are where: pending, retrying, given (not seen by the device yet),"
                    + " unconfirmed, running, cancelling, finished, failed, overdue, unreached,"
                    + " cancelled, disabled, incompatible, unknown, removed, no-previous,"
                    + " superseded; absent in lists")
        Map<String, Long> counts,
    List<GroupView> groups,
    @Schema(
            description =
                "An estimate, ISO-8601; absent when it goes on for ever or is not running")
        Duration timeLeft,
    List<StepView> steps,
    Instant createdAt,
    @Schema(description = "The subject of the token that made it") String createdBy,
    Instant startedAt,
    Instant finishedAt) {

  /** What a second person said. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "RolloutDecision")
  record DecisionView(String by, Instant at, String note) {}

  /** A state that it was in. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "RolloutStep")
  record StepView(String state, String reason, Instant at) {}

  /** A group and how far it has come. */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "RolloutGroup")
  record GroupView(
      int number,
      String name,
      Double share,
      Long count,
      double successShare,
      double errorShare,
      @Schema(description = "waiting, running, succeeded or failed") String state,
      @Schema(description = "Somebody let the rollout go on in spite of its thresholds")
          boolean waived,
      Map<String, Long> counts) {}

  /** The same, but for what every look changes. */
  RolloutView withoutTime() {
    return new RolloutView(
        id,
        name,
        description,
        distribution,
        rollbackOf,
        targets,
        continuous,
        rate,
        atOnce,
        retry,
        updateWithin,
        maintenance,
        startAt,
        manualStart,
        forced,
        approvalRequired,
        decision,
        state,
        reason,
        since,
        waitsFor,
        null,
        counts,
        groups,
        null,
        steps,
        createdAt,
        createdBy,
        startedAt,
        finishedAt);
  }
}
