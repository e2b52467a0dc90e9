package io.muster.firmware.rollouts;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A rollout that may be made, as far as that can be said without asking anybody: checked against
 * the limits.
 *
 * @param requestSha256 of all that was asked for, to tell a repeated request from another one
 */
record NewRollout(RolloutBody body, byte[] requestSha256) {

  /**
   * @throws io.muster.rest.problem.RefusedException when it may not be
   */
  static NewRollout read(RolloutBody body, RolloutsConfig config, Instant now) {
    List<FieldError> wrong = new ArrayList<>();
    targets(wrong, body, config);
    PlanChecks.groups(wrong, body.groups(), config);
    PlanChecks.rate(wrong, body.rate());
    PlanChecks.retry(wrong, body.retry(), config);
    PlanChecks.updateWithin(wrong, body.updateWithin(), config);
    PlanChecks.maintenance(wrong, body.maintenance(), config);
    if (body.atOnce() != null) {
      PlanChecks.between(wrong, "/atOnce", body.atOnce(), PlanChecks.MOST);
    }
    start(wrong, body, config, now);
    if (!PlanChecks.isClean(body.name())) {
      wrong.add(FieldError.at("/name", "must not have control characters"));
    }
    if (body.description() != null && body.description().indexOf('\0') >= 0) {
      wrong.add(FieldError.at("/description", "must not have the character NUL"));
    }
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
    return new NewRollout(body, sha256(body));
  }

  private static void targets(List<FieldError> wrong, RolloutBody body, RolloutsConfig config) {
    var it = body.targets();
    var given = Stream.of(it.devices(), it.group(), it.filter()).filter(Objects::nonNull).count();
    if (given != 1) {
      wrong.add(FieldError.at("/targets", "must have one of devices, group and filter"));
      return;
    }
    if (it.devices() != null) {
      listed(wrong, it, config);
      if (Boolean.TRUE.equals(body.continuous())) {
        wrong.add(FieldError.at("/continuous", "must not be true for listed devices"));
      }
    }
    if (it.filter() != null
        && (it.filter().isBlank() || it.filter().length() > TargetLookup.FILTER_CHARACTERS)) {
      wrong.add(
          FieldError.at(
              "/targets/filter",
              "must have 1 to %d characters".formatted(TargetLookup.FILTER_CHARACTERS)));
    }
  }

  private static void listed(List<FieldError> wrong, TargetsBody targets, RolloutsConfig config) {
    var devices = targets.devices();
    if (devices.isEmpty() || devices.size() > config.listedDevices()) {
      wrong.add(
          FieldError.at(
              "/targets/devices", "must be 1 to %d devices".formatted(config.listedDevices())));
    } else if (devices.stream().anyMatch(Objects::isNull)) {
      wrong.add(FieldError.at("/targets/devices", "must be devices"));
    } else if (new HashSet<>(devices).size() < devices.size()) {
      wrong.add(FieldError.at("/targets/devices", "must name each device once"));
    }
  }

  private static void start(
      List<FieldError> wrong, RolloutBody body, RolloutsConfig config, Instant now) {
    if (body.startAt() == null) {
      return;
    }
    if (body.startAt().isAfter(now.plus(config.latestStart()))) {
      wrong.add(FieldError.at("/startAt", "must be within " + config.latestStart()));
    }
    if (Boolean.TRUE.equals(body.manualStart())) {
      wrong.add(FieldError.at("/startAt", "must be absent where somebody starts it"));
    }
  }

  private static byte[] sha256(RolloutBody body) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(ContractJson.mapper().writeValueAsBytes(body));
    } catch (NoSuchAlgorithmException | JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
