package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.sessions.HeldConnections;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The connections of this replica: by client identifier, by device, and by the device whose
 * downward messages they want. Thread-safe; readers never wait.
 */
public final class ConnectionIndex implements HeldConnections {
  private final ConcurrentHashMap<String, Reachable> byClient = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Reachable> byConnection = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<DeviceAddress, Present> byDevice = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<DeviceAddress, List<Reachable>> audiences =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<DeviceAddress, List<Reachable>> speakers =
      new ConcurrentHashMap<>();

  /**
   * A device's connections.
   *
   * @param connections also those that have only knocked
   * @param admitted those of them that showed a credential
   */
  private record Present(List<Reachable> connections, List<Reachable> admitted) {
    static final Present NONE = new Present(List.of(), List.of());

    Present knocking(Reachable more) {
      return new Present(with(connections, more), admitted);
    }

    Present admitting(Reachable more) {
      return new Present(connections, with(admitted, more));
    }

    Present leaving(Reachable less) {
      return new Present(without(connections, less), without(admitted, less));
    }

    long clientsBeside(Reachable one) {
      return admitted.stream()
          .map(Reachable::clientIdentifier)
          .filter(client -> !client.equals(one.clientIdentifier()))
          .distinct()
          .count();
    }
  }

  /**
   * Enters a connection under the device that it says it is, before anybody is asked whether it
   * may: a withdrawal that comes meanwhile must find it.
   */
  public void knock(Reachable connection) {
    byConnection.put(connection.connectionId(), connection);
    byDevice.compute(
        connection.device(), (device, present) -> orNone(present).knocking(connection));
  }

  private static Present orNone(Present present) {
    return present == null ? Present.NONE : present;
  }

  /**
   * Counts a connection that showed its device's credential; one that takes over another's client
   * identifier takes its place.
   *
   * @return false when the device has as many as it may
   */
  public boolean admit(Reachable connection, int mostPerDevice) {
    var admitted = new boolean[1];
    byDevice.compute(
        connection.device(),
        (device, known) -> {
          var present = orNone(known);
          admitted[0] = present.clientsBeside(connection) < mostPerDevice;
          return admitted[0] ? present.admitting(connection) : known;
        });
    return admitted[0];
  }

  /**
   * Makes a connection the one of its client identifier.
   *
   * @return the one that loses it: the former, or this one when the other's epoch is greater; null
   *     when there is none
   */
  public Reachable claim(Reachable connection) {
    var loser = new Reachable[1];
    byClient.compute(
        connection.clientIdentifier(),
        (client, holder) -> {
          var holds = holder != null && holder.epoch() > connection.epoch();
          loser[0] = holds ? connection : holder;
          return holds ? holder : connection;
        });
    return loser[0];
  }

  /** Whether an accepted connection has the client identifier. */
  public boolean isClaimed(String clientIdentifier) {
    return byClient.containsKey(clientIdentifier);
  }

  /** Adds a connection to those that want what is said to a device. */
  public void listen(DeviceAddress about, Reachable connection) {
    enter(audiences, about, connection);
  }

  public void stopListening(DeviceAddress about, Reachable connection) {
    strike(audiences, about, connection);
  }

  /** Where a connection says for which devices behind it it speaks. */
  public Mandates.Register registerOf(Reachable connection) {
    return new Mandates.Register() {
      @Override
      public void speaksFor(DeviceAddress device) {
        enter(speakers, device, connection);
      }

      @Override
      public void speaksNoMoreFor(DeviceAddress device) {
        strike(speakers, device, connection);
      }
    };
  }

  private static void enter(
      ConcurrentHashMap<DeviceAddress, List<Reachable>> lists,
      DeviceAddress about,
      Reachable connection) {
    lists.compute(
        about,
        (device, list) ->
            list == null
                ? List.of(connection)
                : list.contains(connection) ? list : with(list, connection));
  }

  private static void strike(
      ConcurrentHashMap<DeviceAddress, List<Reachable>> lists,
      DeviceAddress about,
      Reachable connection) {
    lists.computeIfPresent(
        about,
        (device, list) -> {
          var rest = without(list, connection);
          return rest.isEmpty() ? null : rest;
        });
  }

  /** Who wants what is said to the device. */
  public List<Reachable> audienceOf(DeviceAddress about) {
    return audiences.getOrDefault(about, List.of());
  }

  /** Who wants what is said to the device, or speaks for it, without being it. */
  public Set<Reachable> gatewaysOf(DeviceAddress about) {
    Set<Reachable> gateways = new HashSet<>(audienceOf(about));
    gateways.addAll(speakers.getOrDefault(about, List.of()));
    gateways.removeIf(it -> it.device().equals(about));
    return gateways;
  }

  /** Forgets a connection; its listening is ended by {@link #stopListening}. */
  public void leave(Reachable connection) {
    byClient.remove(connection.clientIdentifier(), connection);
    byConnection.remove(connection.connectionId(), connection);
    byDevice.computeIfPresent(
        connection.device(),
        (device, present) -> {
          var rest = present.leaving(connection);
          return rest.connections.isEmpty() ? null : rest;
        });
  }

  /** The connection of that id, also one that has only knocked, or null. */
  public Reachable byConnectionId(long connectionId) {
    return byConnection.get(connectionId);
  }

  /** The device's connections, also those that have only knocked. */
  public List<Reachable> of(DeviceAddress device) {
    var present = byDevice.get(device);
    return present == null ? List.of() : present.connections;
  }

  public List<Reachable> of(TenantId tenant) {
    List<Reachable> found = new ArrayList<>();
    byDevice.forEach(
        (device, present) -> {
          if (device.tenant().equals(tenant)) {
            found.addAll(present.connections);
          }
        });
    return found;
  }

  /** All, also those that have only knocked. */
  public List<Reachable> everybody() {
    List<Reachable> found = new ArrayList<>();
    byDevice.values().forEach(present -> found.addAll(present.connections));
    return found;
  }

  @Override
  public boolean holds(long connectionId) {
    return byConnection.containsKey(connectionId);
  }

  @Override
  public Collection<Long> accepted() {
    return all().stream().map(Reachable::connectionId).toList();
  }

  /** Whether nobody is connected or about to be. */
  public boolean isEmpty() {
    return byConnection.isEmpty();
  }

  /** All that were accepted. */
  public Collection<Reachable> all() {
    return byConnection.values().stream().filter(it -> it.epoch() != 0).toList();
  }

  private static List<Reachable> with(List<Reachable> some, Reachable more) {
    List<Reachable> all = new ArrayList<>(some.size() + 1);
    all.addAll(some);
    all.add(more);
    return List.copyOf(all);
  }

  private static List<Reachable> without(List<Reachable> some, Reachable less) {
    Predicate<Reachable> other = it -> it != less;
    return some.stream().filter(other).toList();
  }
}
