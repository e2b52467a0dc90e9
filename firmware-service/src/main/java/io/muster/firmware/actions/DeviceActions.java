package io.muster.firmware.actions;

import io.muster.contract.event.InstalledEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.targets.TargetTable;
import io.muster.firmware.targets.Targets;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** What people do about the firmware of one device. Waits; thread-safe. */
@ApplicationScoped
class DeviceActions {
  private final Targets targets;
  private final Assignments assignments;
  private final Database database;
  private final Changes changes;
  private final Actions actions;

  DeviceActions(
      Targets targets,
      Assignments assignments,
      Database database,
      Changes changes,
      Actions actions) {
    this.targets = targets;
    this.assignments = assignments;
    this.database = database;
    this.changes = changes;
    this.actions = actions;
  }

  /** An action, its distribution and the newest of its history. */
  record Told(Action action, Distribution distribution, List<ActionTable.Status> history) {}

  Told start(DeviceAddress device, Assignments.Wish wish, Author by) {
    return read(device, assignments.make(device, wish, by));
  }

  /**
   * @param isForced whether it ends now, whatever the device does
   */
  Told cancel(DeviceAddress device, long number, boolean isForced, Author by) {
    var target = targets.existing(device);
    var what = isForced ? "firmware-force-cancelled" : "firmware-cancelled";
    changes.audited(
        by,
        _ -> AuditEntry.ofDevice(what, device, "/firmware-actions/" + number),
        db -> {
          var before = ActionTable.find(db, target.key(), number).orElseThrow(Actions::absent);
          if (before.state().isEnded()) {
            throw finished();
          }
          return isForced
              ? actions.quit(db, target.key(), number)
              : actions.cancel(db, target.key(), number, "[cancelled]");
        });
    actions.committed();
    return read(device, number);
  }

  /** Somebody agrees to an update in the device's place, or declines it. */
  Told confirm(DeviceAddress device, long number, boolean agreed, Author by) {
    var target = targets.existing(device);
    try {
      changes.audited(
          by,
          _ ->
              AuditEntry.ofDevice(
                  agreed ? "firmware-confirmed" : "firmware-denied",
                  device,
                  "/firmware-actions/" + number),
          db -> {
            actions.confirm(db, target, number, agreed, List.of("by " + by.subject()));
            return number;
          });
    } catch (Actions.GoneException ended) {
      throw finished();
    }
    actions.committed();
    return read(device, number);
  }

  DeviceFirmwareView firmware(DeviceAddress device) {
    var target = targets.existing(device);
    return database.use(
        db -> {
          var current =
              ActionTable.open(db, target.key()).stream()
                  .findFirst()
                  .map(it -> new Told(it, distribution(db, it), List.of()));
          return new DeviceFirmwareView(
              target.polledAt(),
              target.autoConfirm(),
              TargetTable.attributes(db, target.key()),
              target.attributesAt(),
              InstalledModules.of(db, target.key()),
              current.map(ActionView::of).orElse(null));
        });
  }

  private static Distribution distribution(Sql db, Action action) {
    return DistributionTable.byKey(db, action.distributionKey());
  }

  private static RuntimeException finished() {
    return new Refusal.Conflict(ConflictKind.ACTION_FINISHED, "The action has ended already.")
        .asException();
  }

  Told read(DeviceAddress device, long number) {
    var target = targets.existing(device);
    return database.use(
        db -> {
          var action = ActionTable.find(db, target.key(), number).orElseThrow(Actions::absent);
          return new Told(
              action,
              distribution(db, action),
              ActionTable.statuses(db, action.key(), Integer.MAX_VALUE));
        });
  }

  List<Told> list(DeviceAddress device, long before, int limit) {
    var target = targets.existing(device);
    return database.use(
        db -> {
          var found = ActionTable.list(db, target.key(), before, limit);
          var distributions =
              DistributionTable.byKeys(
                  db, found.stream().map(Action::distributionKey).distinct().toList());
          return found.stream()
              .map(it -> new Told(it, distributions.get(it.distributionKey()), List.of()))
              .toList();
        });
  }

  List<InstalledEvent.Module> installed(DeviceAddress device) {
    var target = targets.existing(device);
    return database.use(db -> InstalledModules.of(db, target.key()));
  }
}
