package io.muster.registry.presence;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One device's presence while a transaction changes it. What is told may come late, twice, and in
 * another order than it happened: of a client's connections the greatest epoch counts, of one
 * connection its end. For one thread.
 */
final class DevicePresence {
  static final String CONNECTED = "connected";
  static final String HEARD = "heard";
  static final String SAID = "device";
  static final String SILENT = "silent";
  static final String REPLICA_LOST = "replica-lost";

  /**
   * Whoever took it over is there, and is told of, perhaps later. If its replica died before, the
   * device falls silent.
   */
  private static final String TAKEN_OVER = "taken-over";

  /** Ended connections that are remembered, with ever other client identifiers. */
  private static final int MAX_ENDED = 16;

  /** Why a connection ends of which the device itself said so: it was there at that moment. */
  private static final Set<String> BY_DEVICE = Set.of("client", "client-with-will");

  private final Place place;
  private final Map<String, KnownConnection> connections;
  private final Set<String> written = new HashSet<>();
  private final Set<String> removed = new HashSet<>();
  private final List<PresenceChange> changes = new ArrayList<>();
  private PresenceState state;
  private boolean changed;

  /**
   * Whose presence it is.
   *
   * @param key of the device's row
   * @param heartbeatSeconds within which its type's devices are heard of; null: the default applies
   */
  record Place(int key, DeviceAddress device, Integer heartbeatSeconds) {}

  DevicePresence(Place place, PresenceState state, Map<String, KnownConnection> connections) {
    this.place = place;
    this.state = state;
    this.connections = new HashMap<>(connections);
  }

  Place place() {
    return place;
  }

  PresenceState state() {
    return state;
  }

  /** Those that last. */
  Collection<KnownConnection> live() {
    return connections.values().stream().filter(KnownConnection::isLive).toList();
  }

  /** A connection has begun. */
  void connected(String client, long epoch, String replica, UUID bootId, Instant at) {
    var known = connections.get(client);
    if (known != null && known.epoch() >= epoch) {
      return;
    }
    put(client, new KnownConnection(epoch, replica, bootId, at, null));
    seen(at);
    if (state.status() != PresenceStatus.ONLINE) {
      become(PresenceStatus.ONLINE, CONNECTED, at);
    }
  }

  /** A connection has ended; perhaps its beginning is told later, or never. */
  void disconnected(String client, long epoch, Instant at, String reason) {
    var known = connections.get(client);
    if (known != null && (known.epoch() > epoch || known.epoch() == epoch && !known.isLive())) {
      return;
    }
    var ends = known != null && known.isLive();
    put(
        client,
        known != null && known.epoch() == epoch
            ? known.ended(at)
            : new KnownConnection(epoch, null, null, null, at));
    if (BY_DEVICE.contains(reason)) {
      seen(at);
    }
    if (!TAKEN_OVER.equals(reason)) {
      leave(reason, at, ends);
    }
  }

  /** All connections that a replica held have ended. */
  void lost(UUID bootId, Instant at) {
    var ends = false;
    for (var client : List.copyOf(connections.keySet())) {
      var known = connections.get(client);
      if (known.isLive() && bootId.equals(known.bootId())) {
        put(client, known.ended(at));
        ends = true;
      }
    }
    leave(REPLICA_LOST, at, ends);
  }

  /**
   * Ends connections at a broker of others of which nothing was told for so long that the broker
   * has ended them itself, if it lives: their ends were lost, or the broker was.
   *
   * @param longest that such a connection lasts without a word
   */
  void forsake(Duration longest, Instant now) {
    Instant last = null;
    for (var client : List.copyOf(connections.keySet())) {
      var known = connections.get(client);
      var end = known.isLive() && known.isElsewhere() ? confirmed(known).plus(longest) : null;
      if (end != null && !end.isAfter(now)) {
        put(client, known.ended(end));
        last = last == null || end.isAfter(last) ? end : last;
      }
    }
    if (last != null) {
      leave(REPLICA_LOST, last, true);
    }
  }

  /** When the first of those connections ends if nothing more is told. */
  Optional<Instant> firstForsaken(Duration longest) {
    return live().stream()
        .filter(KnownConnection::isElsewhere)
        .map(it -> confirmed(it).plus(longest))
        .min(Comparator.naturalOrder());
  }

  /** What a device says shows that it is connected there, unless it is connected here as well. */
  private Instant confirmed(KnownConnection connection) {
    var began = connection.beganAt();
    var heard = state.lastSeen();
    return heard != null
            && heard.isAfter(began)
            && live().stream().allMatch(KnownConnection::isElsewhere)
        ? heard
        : began;
  }

  /**
   * Something of it, or of its gateway in its name, has arrived.
   *
   * @param by the start of the replica that heard it; null for nobody's
   * @param keepAliveSeconds of its connection; 0 for none
   * @param connected whether that replica holds a connection of its own
   */
  void heard(Instant at, UUID by, int keepAliveSeconds, boolean connected) {
    if (seen(at)) {
      state = state.heard(by, keepAliveSeconds);
    }
    appear(connected && isNews(by) ? CONNECTED : HEARD, at);
  }

  /** A report may be here before the event that a connection has begun. */
  private boolean isNews(UUID by) {
    var isBack =
        REPLICA_LOST.equals(state.reason())
            && connections.values().stream().anyMatch(it -> by.equals(it.bootId()));
    return live().isEmpty() && !isBack;
  }

  /**
   * Its own word, or its will's. That it goes is believed of one without a connection alone: a will
   * may be late, and the end of a connection is told by whoever held it.
   */
  void said(PresenceStatus word, Instant at) {
    switch (word) {
      case ONLINE -> {
        seen(at);
        appear(SAID, at);
      }
      case OFFLINE -> {
        if (live().isEmpty() && !isLate(at) && state.status() != PresenceStatus.OFFLINE) {
          become(PresenceStatus.OFFLINE, SAID, at);
        }
      }
      case UNKNOWN -> {}
    }
  }

  /** It was not heard of for too long. */
  void silent(Instant at) {
    if (state.status() == PresenceStatus.ONLINE) {
      become(PresenceStatus.OFFLINE, SILENT, at);
    }
  }

  /** When it is looked again whether it has fallen silent. */
  void lookAt(Instant at) {
    state = state.lookAt(at);
    changed = true;
  }

  private void appear(String reason, Instant at) {
    // What it said before it went may be told after that.
    if (state.status() != PresenceStatus.ONLINE && !isLate(at)) {
      become(PresenceStatus.ONLINE, reason, at);
    }
  }

  /**
   * @param ends whether a connection that was known to last ends by it
   */
  private void leave(String reason, Instant at, boolean ends) {
    if (state.status() != PresenceStatus.ONLINE || !live().isEmpty()) {
      return;
    }
    // It came back before this was told, without a connection of its own or with one that is not
    // known yet.
    var heardSince = isLate(at) && !(ends && state.reason().equals(CONNECTED));
    if (!heardSince) {
      become(PresenceStatus.OFFLINE, reason, at);
    }
  }

  private boolean isLate(Instant at) {
    return state.since() != null && !at.isAfter(state.since());
  }

  private boolean seen(Instant at) {
    if (state.lastSeen() != null && !at.isAfter(state.lastSeen())) {
      return false;
    }
    state = state.seen(at);
    changed = true;
    return true;
  }

  private void become(PresenceStatus status, String reason, Instant at) {
    // Clocks of replicas differ; what follows is never before what was.
    var since = isLate(at) ? state.since() : at;
    state = state.become(status, reason, since);
    changes.add(new PresenceChange(state.changes(), status, since, reason));
    changed = true;
  }

  private void put(String client, KnownConnection connection) {
    connections.put(client, connection);
    written.add(client);
    removed.remove(client);
    pruneEnded();
  }

  /** A device may use another client identifier each time. */
  private void pruneEnded() {
    var ended = connections.entrySet().stream().filter(it -> !it.getValue().isLive()).toList();
    ended.stream()
        .sorted(Comparator.comparing(it -> it.getValue().endedAt()))
        .limit(Math.max(0, ended.size() - MAX_ENDED))
        .map(Map.Entry::getKey)
        .forEach(this::remove);
  }

  private void remove(String client) {
    connections.remove(client);
    written.remove(client);
    removed.add(client);
  }

  /** Whether its row is to be written. */
  boolean isChanged() {
    return changed;
  }

  /** What became of it in this transaction, in order. */
  List<PresenceChange> changes() {
    return List.copyOf(changes);
  }

  /** The connections that are to be written, by client. */
  Map<String, KnownConnection> writtenConnections() {
    var found = new HashMap<String, KnownConnection>();
    written.forEach(client -> found.put(client, connections.get(client)));
    return found;
  }

  /** Clients whose connections are not remembered any more. */
  Set<String> removedClients() {
    return Set.copyOf(removed);
  }

  /** Its last connection that is known of the client. */
  Optional<KnownConnection> connection(String client) {
    return Optional.ofNullable(connections.get(client));
  }
}
