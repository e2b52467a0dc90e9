package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceView;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Which devices there are: as the registry said when a device was first spoken of, until its log
 * says otherwise. So with the registry away known devices get their updates. Waits; thread-safe.
 */
@ApplicationScoped
public class Targets {
  private static final int ASKED_AGAIN = 4;

  private final Database database;
  private final Neighbours neighbours;

  Targets(Database database, Neighbours neighbours) {
    this.database = database;
    this.neighbours = neighbours;
  }

  /** A device that may take part; 503 when nobody knows. */
  public Optional<Target> enabled(DeviceAddress device) {
    return known(device).filter(TargetTable.Found::isEnabled).map(TargetTable.Found::target);
  }

  /** A device, also one that may not take part; 404 when there is none, 503 when nobody knows. */
  public Target existing(DeviceAddress device) {
    return known(device)
        .map(TargetTable.Found::target)
        .orElseThrow(() -> new Refusal.Absent("There is no such device.").asException());
  }

  /** A device that was spoken of before, in a transaction: nobody is asked. */
  public static Optional<Target> found(Sql db, DeviceAddress device) {
    return TargetTable.find(db, device)
        .filter(it -> it.isKnown() && it.isEnabled())
        .map(TargetTable.Found::target);
  }

  private Optional<TargetTable.Found> known(DeviceAddress device) {
    var found = database.use(db -> TargetTable.find(db, device));
    return found.filter(TargetTable.Found::isKnown).isPresent() ? found : ask(device);
  }

  /**
   * What the registry's log tells between its answer and our row finds no row, so it is asked until
   * it says the same once more: what it tells after that finds one.
   */
  private Optional<TargetTable.Found> ask(DeviceAddress device) {
    var suspension = database.use(db -> TargetTable.suspension(db, device.tenant()));
    var said = isEnabled(device);
    if (said.isEmpty()) {
      return Optional.empty();
    }
    for (var i = 0; i < ASKED_AGAIN; i++) {
      write(device, said);
      var again = askedAgain(device);
      if (again.equals(said)) {
        return confirmed(device, said, suspension);
      }
      said = again;
    }
    write(device, Optional.empty());
    throw new Refusal.Unavailable("The device is being changed").asException();
  }

  private Optional<TargetTable.Found> confirmed(
      DeviceAddress device, Optional<Boolean> isEnabled, Optional<Long> suspension) {
    return database.inTransaction(
        db -> {
          if (isEnabled.orElse(false) && suspension.isPresent()) {
            TargetTable.endSuspension(db, device.tenant(), suspension.get());
          }
          return isEnabled.flatMap(_ -> TargetTable.find(db, device));
        });
  }

  private Optional<Boolean> askedAgain(DeviceAddress device) {
    try {
      return isEnabled(device);
    } catch (RefusedException away) {
      write(device, Optional.empty());
      throw away;
    }
  }

  private void write(DeviceAddress device, Optional<Boolean> isEnabled) {
    database.inTransaction(
        db -> {
          if (isEnabled.isPresent()) {
            TargetTable.remember(db, device, isEnabled.get());
          } else {
            TargetTable.forget(db, device);
          }
          return null;
        });
  }

  /** Whether it may take part; empty when there is none. */
  private Optional<Boolean> isEnabled(DeviceAddress device) {
    return view(device).map(DeviceView::enabled);
  }

  private Optional<DeviceView> view(DeviceAddress device) {
    try {
      return neighbours.device(device).await().indefinitely();
    } catch (NeighbourAwayException away) {
      throw new Refusal.Unavailable("The registry does not say whether there is the device")
          .asException();
    }
  }
}
