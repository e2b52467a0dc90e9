package io.muster.registry.presence;

import io.muster.contract.event.RegistryEvent.PresenceChanged;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The presence of devices that one transaction changes: locked together when it begins, changed in
 * memory in the order of what was told, written together with what is told of it. For one thread.
 */
@RegisterForReflection(targets = PresenceChanged.class)
final class PresenceTransaction {
  private final SqlConnection connection;
  private final Map<DeviceAddress, DevicePresence> devices;

  private PresenceTransaction(SqlConnection connection, List<DevicePresence> locked) {
    this.connection = connection;
    this.devices = locked.stream().collect(Collectors.toMap(it -> it.place().device(), it -> it));
  }

  /** Of devices that there are; the others are not in it. */
  static Uni<PresenceTransaction> begin(SqlConnection connection, Collection<Integer> deviceKeys) {
    return PresenceTable.lock(connection, new TreeSet<>(deviceKeys))
        .map(locked -> new PresenceTransaction(connection, locked));
  }

  /** Does what was told, in its order; what is about a device that is not there is passed over. */
  static Uni<PresenceTransaction> of(SqlConnection connection, List<? extends PresenceStep> steps) {
    Set<DeviceAddress> addresses = new HashSet<>();
    steps.forEach(step -> addresses.add(step.device()));
    return PresenceTable.keys(connection, addresses)
        .chain(keys -> begin(connection, keys.values()))
        .invoke(transaction -> transaction.apply(steps));
  }

  private void apply(List<? extends PresenceStep> steps) {
    for (var step : steps) {
      var presence = devices.get(step.device());
      if (presence != null) {
        step.applyTo(presence);
      }
    }
  }

  Collection<DevicePresence> devices() {
    return devices.values();
  }

  /**
   * Writes what was changed, and the events that tell of it.
   *
   * @return what became of the devices
   */
  Uni<List<PresenceChange>> write(PresenceRules rules, EventIds ids, Instant now) {
    List<PresenceChange> changes = new ArrayList<>();
    List<OutboxEntry> events = new ArrayList<>();
    for (var device : devices.values()) {
      var state = device.state();
      if (state.status() == PresenceStatus.ONLINE && state.lookAt() == null) {
        device.lookAt(rules.look(device, rules.silence().deadline(device)));
      }
      for (var change : device.changes()) {
        changes.add(change);
        events.add(event(device.place().device(), change, ids, now));
      }
    }
    return PresenceWriter.write(connection, devices.values(), rules.keptChanges())
        .chain(() -> Outbox.append(connection, events))
        .replaceWith(changes);
  }

  private static OutboxEntry event(
      DeviceAddress device, PresenceChange change, EventIds ids, Instant now) {
    var event =
        new PresenceChanged(
            device, change.status() == PresenceStatus.ONLINE, change.at(), change.reason());
    return OutboxEntry.event(
        ids.next(),
        PlatformTopic.of(ServiceName.REGISTRY, event.event(), device),
        event,
        now,
        Map.of());
  }
}
