package io.muster.ingest.packetlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * What this replica has heard of packet logs, its own and the others', for whoever asks or follows
 * here. Bounded in devices and in entries of each. Thread-safe.
 */
@ApplicationScoped
class LastEntries {
  private static final Logger LOG = Logger.getLogger(LastEntries.class);

  private final ObjectMapper json;
  private final PacketLogConfig config;
  private final Map<DeviceAddress, FollowedLog> logs = new ConcurrentHashMap<>();
  private final AtomicInteger followers = new AtomicInteger();
  private volatile Set<DeviceAddress> on = Set.of();

  LastEntries(ObjectMapper json, PacketLogConfig config) {
    this.json = json;
    this.config = config;
  }

  /** A replica told of an entry. */
  void heard(String payload) {
    try {
      var told = json.readValue(payload, ToldEntry.class);
      heard(told.address(), told.entry());
    } catch (JsonProcessingException fromAnotherVersion) {
      LOG.debug("An entry of a packet log is not understood");
    }
  }

  void heard(DeviceAddress device, PacketEntry entry) {
    var log = logs.get(device);
    if (log == null && logs.size() <= 2 * config.devices()) {
      // It may come before word of its switch; what has no switch is forgotten then.
      log = logs.computeIfAbsent(device, unknown -> new FollowedLog(config.keep()));
    }
    if (log != null) {
      log.add(entry);
      if (!log.followers().isEmpty()) {
        log.toFollowers(new LogEvent("packet", text(entry)));
      }
    }
  }

  private String text(PacketEntry entry) {
    try {
      return json.writeValueAsString(entry);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Entries may have been missed. */
  void missed() {
    toAll(LogEvent.GAP);
  }

  void toAll(LogEvent event) {
    logs.values().forEach(log -> log.toFollowers(event));
  }

  /**
   * Takes the switches as they are now.
   *
   * @param known whose entries are kept, on or not
   * @param on whose log is on; who follows another one is told that it has ended
   */
  synchronized void keep(Collection<DeviceAddress> known, Set<DeviceAddress> on) {
    this.on = Set.copyOf(on);
    known.forEach(device -> logs.computeIfAbsent(device, it -> new FollowedLog(config.keep())));
    logs.forEach(
        (device, log) -> {
          if (!on.contains(device)) {
            log.followers().forEach(follower -> follower.end("off"));
          }
        });
    logs.keySet().retainAll(known);
  }

  List<PacketEntry> of(DeviceAddress device, int limit) {
    var log = logs.get(device);
    return log == null ? List.of() : log.last(limit);
  }

  /** A log was switched on through this replica, which will read so in a moment. */
  synchronized void begin(DeviceAddress device) {
    var more = new HashSet<>(on);
    more.add(device);
    on = Set.copyOf(more);
  }

  /** Whether the device's log is on, as far as this replica has read. */
  boolean isOn(DeviceAddress device) {
    return on.contains(device);
  }

  synchronized void forget(DeviceAddress device) {
    var fewer = new HashSet<>(on);
    fewer.remove(device);
    on = Set.copyOf(fewer);
    var log = logs.remove(device);
    if (log != null) {
      log.followers().forEach(follower -> follower.end("off"));
    }
  }

  /**
   * Follows a device's log.
   *
   * @throws io.muster.rest.problem.RefusedException when it is off, or as many as allowed follow
   */
  Multi<LogEvent> follow(DeviceAddress device, LogFollower follower) {
    if (!isOn(device)) {
      throw new Refusal.Conflict("packet-log-off", "The device's packet log is off; PUT it first.")
          .asException();
    }
    if (followers.incrementAndGet() > config.followers()) {
      followers.decrementAndGet();
      throw new Refusal.LimitReached("followers of packet logs", config.followers()).asException();
    }
    return follower
        .events(
            () -> {
              log(device).followers().add(follower);
              follower.offer(LogEvent.OPEN);
            })
        .onTermination()
        .invoke(
            () -> {
              followers.decrementAndGet();
              var log = logs.get(device);
              if (log != null) {
                log.followers().remove(follower);
              }
            });
  }

  private FollowedLog log(DeviceAddress device) {
    return logs.computeIfAbsent(device, it -> new FollowedLog(config.keep()));
  }
}
