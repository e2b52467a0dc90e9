package io.muster.firmware.actions;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.distributions.Releases;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.firmware.targets.Targets;
import io.muster.rest.audit.Author;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Gives one device a distribution since somebody says so. Waits; thread-safe. */
@ApplicationScoped
class Assignments {
  private final Targets targets;
  private final Neighbours neighbours;
  private final Database database;
  private final Changes changes;
  private final Actions actions;
  private final AssignmentRule rule;
  private final ActionConfig config;
  private final Clock clock;

  Assignments(
      Targets targets,
      Neighbours neighbours,
      Database database,
      Changes changes,
      Actions actions,
      AssignmentRule rule,
      ActionConfig config,
      Clock clock) {
    this.targets = targets;
    this.neighbours = neighbours;
    this.database = database;
    this.changes = changes;
    this.actions = actions;
    this.rule = rule;
    this.config = config;
    this.clock = clock;
  }

  /**
   * What a device is to get.
   *
   * @param isForced whether it may not put it off
   * @param key what the caller calls this request
   * @param isAdmins whether an administrator wishes it
   */
  record Wish(
      UUID distribution, boolean isForced, Optional<IdempotencyKey> key, boolean isAdmins) {}

  /** Gives the number of the action; repeated, of the one that there is. */
  long make(DeviceAddress device, Wish wish, Author by) {
    requireAllowed(device, wish);
    var target = targets.existing(device);
    var distribution = database.use(db -> released(db, device, wish.distribution()));
    requireCompatible(device, distribution);
    var made =
        changes.auditedIfAny(
            by,
            it ->
                it.isNew
                    ? Optional.of(
                        AuditEntry.ofDevice(
                            "firmware-assigned", device, "/firmware-actions/" + it.number))
                    : Optional.empty(),
            db -> make(db, target, distribution, wish, by));
    actions.committed();
    return made.number;
  }

  private record Made(long number, boolean isNew) {}

  private Made make(Sql db, Target target, Distribution distribution, Wish wish, Author by) {
    TargetTable.lock(db, target.key());
    var before = wish.key().flatMap(it -> earlier(db, target, distribution, wish, it));
    if (before.isPresent()) {
      return new Made(before.get(), false);
    }
    if (!DistributionTable.hold(db, distribution.key())) {
      released(db, target.device(), wish.distribution());
      throw noDistribution();
    }
    var number = actions.start(db, target.key(), distribution, wish.isForced(), by.subject());
    wish.key().ifPresent(it -> ActionTable.name(db, target.key(), number, it.value()));
    return new Made(number, true);
  }

  private Optional<Long> earlier(
      Sql db, Target target, Distribution distribution, Wish wish, IdempotencyKey key) {
    ActionTable.forgetNames(db, target.key(), clock.instant().minus(config.idempotencyKept()));
    var found = ActionTable.named(db, target.key(), key.value());
    if (found.isPresent()
        && (found.get().distributionKey() != distribution.key()
            || found.get().isForced() != wish.isForced())) {
      throw new Refusal.Conflict(
              ConflictKind.IDEMPOTENCY_KEY_USED,
              "The Idempotency-Key was used for another action of the device.")
          .asException();
    }
    return found.map(Action::number);
  }

  /** Before anything else, so that the answer tells nothing of what there is. */
  private void requireAllowed(DeviceAddress device, Wish wish) {
    if (!wish.isAdmins()
        && database.use(db -> rule.leavesItToAdmins(db, device.tenant())).booleanValue()) {
      throw new Refusal.Forbidden(
              "The tenant demands that somebody else approves updates: make a rollout of it, or ask"
                  + " an admin.")
          .asException();
    }
  }

  private static Distribution released(Sql db, DeviceAddress device, UUID id) {
    var distribution =
        DistributionTable.find(db, device.tenant(), id).orElseThrow(Assignments::noDistribution);
    Releases.require(db, device.tenant(), distribution);
    return distribution;
  }

  /** Only the registry knows of which type a device is. */
  private void requireCompatible(DeviceAddress device, Distribution distribution) {
    if (distribution.deviceTypes().isEmpty()) {
      return;
    }
    var filter =
        "id==%s;type=in=(%s)"
            .formatted(device.device(), String.join(",", distribution.deviceTypes()));
    if (!fits(device, filter)) {
      throw new Refusal.Conflict(
              ConflictKind.DEVICE_INCOMPATIBLE, "The distribution is for devices of other types.")
          .asException();
    }
  }

  private boolean fits(DeviceAddress device, String filter) {
    try {
      return !neighbours.devices(device.tenant(), filter, 1).await().indefinitely().isEmpty();
    } catch (RefusedQuestionException nobodys) {
      return false;
    } catch (NeighbourAwayException away) {
      throw new Refusal.Unavailable("The registry does not say of which type the device is")
          .asException();
    }
  }

  private static RuntimeException noDistribution() {
    return new Refusal.Absent("There is no such distribution.").asException();
  }
}
