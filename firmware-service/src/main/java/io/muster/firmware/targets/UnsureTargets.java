package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import io.muster.firmware.database.Database;
import io.muster.firmware.neighbours.DeviceIds;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Devices that speak, and of whom nobody here knows any more whether they may take part: the
 * registry is asked for many at a time. Waits; thread-safe.
 */
@ApplicationScoped
public class UnsureTargets {
  private static final int ASKED_AGAIN = 4;

  private final Database database;
  private final Neighbours neighbours;

  UnsureTargets(Database database, Neighbours neighbours) {
    this.database = database;
    this.neighbours = neighbours;
  }

  /**
   * Learns of those among them that were spoken of before; the others have no updates. Who may not
   * take part cannot speak, so of who does that has changed as well.
   *
   * @throws io.muster.rest.client.NeighbourAwayException when the registry does not say
   */
  public void learn(Collection<DeviceAddress> devices) {
    if (devices.isEmpty()) {
      return;
    }
    database.use(db -> TargetTable.unsure(db, devices)).stream()
        .collect(Collectors.groupingBy(DeviceAddress::tenant))
        .forEach(
            (tenant, unsure) -> learn(tenant, unsure.stream().map(DeviceAddress::device).toList()));
  }

  private void learn(TenantId tenant, List<DeviceId> devices) {
    for (var from = 0; from < devices.size(); ) {
      var some = DeviceIds.some(devices.subList(from, devices.size()), DeviceId::value);
      settle(tenant, some.stream().map(DeviceId::value).toList());
      from += some.size();
    }
  }

  /** As {@link Targets} does: what its log tells before our rows are sure finds no sure row. */
  private void settle(TenantId tenant, List<String> devices) {
    var said = ask(tenant, devices);
    for (var i = 0; i < ASKED_AGAIN; i++) {
      write(tenant, said);
      var again = ask(tenant, devices);
      if (again.equals(said)) {
        return;
      }
      said.keySet().removeAll(again.keySet());
      forget(tenant, said.keySet());
      said = again;
    }
    forget(tenant, said.keySet());
    throw new Refusal.Unavailable("Devices are being changed").asException();
  }

  private void write(TenantId tenant, Map<String, Boolean> enabled) {
    database.inTransaction(
        db -> {
          TargetTable.ensure(db, tenant, enabled);
          return null;
        });
  }

  private void forget(TenantId tenant, Collection<String> devices) {
    database.inTransaction(
        db -> {
          TargetTable.forget(db, tenant, List.copyOf(devices));
          return null;
        });
  }

  /** Whether each of those that there are may take part. */
  private Map<String, Boolean> ask(TenantId tenant, List<String> devices) {
    var views =
        neighbours
            .devices(tenant, DeviceIds.filter(devices), devices.size())
            .await()
            .indefinitely();
    Map<String, Boolean> enabled = new HashMap<>();
    for (DeviceView view : views) {
      enabled.put(view.device().device().value(), view.enabled());
    }
    return enabled;
  }
}
