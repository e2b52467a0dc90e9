package io.muster.registry.presence;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Whether a device that is online has fallen silent. Silence counts only as far as it is known what
 * was heard: up to the time until which its replica has reported. While reports stay away, of one
 * replica or of all, time stands still for its devices, and nobody goes offline for it. Immutable.
 *
 * @param defaultHeartbeat of devices whose type says nothing
 * @param missedHeartbeats after which a device counts as silent
 * @param lookAgainAfter the least time until it is looked again
 */
record Silence(Duration defaultHeartbeat, int missedHeartbeats, Duration lookAgainAfter) {

  /** What is decided. */
  sealed interface Verdict {
    /**
     * @param since the end of the time for which it may be silent; what it says later is later
     */
    record Silent(Instant since) implements Verdict {}

    /**
     * @param until then nobody has to look again
     */
    record Present(Instant until) implements Verdict {}
  }

  /**
   * For how long it may be silent: three heartbeats, and as long as MQTT lets its connection be
   * (one and a half keep-alives, MQTT 5 §3.1.2.10), whichever is longer.
   */
  Duration limit(DevicePresence device) {
    return limit(device.place().heartbeatSeconds(), device.state().keepAliveSeconds());
  }

  /**
   * The same.
   *
   * @param heartbeatSeconds of its type; null: the default
   * @param keepAliveSeconds of its connection; 0 for none
   */
  Duration limit(Integer heartbeatSeconds, int keepAliveSeconds) {
    var ofHeartbeat =
        (heartbeatSeconds == null ? defaultHeartbeat : Duration.ofSeconds(heartbeatSeconds))
            .multipliedBy(missedHeartbeats);
    var ofKeepAlive = Duration.ofMillis(1_500L * keepAliveSeconds);
    return ofKeepAlive.compareTo(ofHeartbeat) > 0 ? ofKeepAlive : ofHeartbeat;
  }

  /** When its time is over if nothing more is heard. */
  Instant deadline(DevicePresence device) {
    var lastSeen = device.state().lastSeen();
    var since = device.state().since();
    return (lastSeen == null || since.isAfter(lastSeen) ? since : lastSeen).plus(limit(device));
  }

  /**
   * @param replicas until when each has reported all, by its start; a replica that never has is
   *     there with the earliest time, one that is gone is not there
   */
  Verdict judge(DevicePresence device, Map<UUID, Instant> replicas, Instant now) {
    var deadline = deadline(device);
    var known = knownUntil(device, replicas, now);
    if (known.isAfter(deadline)) {
      return new Verdict.Silent(deadline);
    }
    var soonest = now.plus(lookAgainAfter);
    return new Verdict.Present(deadline.isAfter(soonest) ? deadline : soonest);
  }

  /** Until when all is known that was heard of the device. */
  private static Instant knownUntil(
      DevicePresence device, Map<UUID, Instant> replicas, Instant now) {
    var live = device.live();
    if (live.isEmpty()) {
      var by = device.state().heardBy();
      return by == null ? now : earlier(replicas.getOrDefault(by, now), now);
    }
    var known = now;
    for (var connection : live) {
      if (connection.bootId() == null) {
        // A broker of others looks after its connections itself, and reports nothing else. One
        // that was killed is found out by DevicePresence#forsake.
        return Instant.MIN;
      }
      known = earlier(known, replicas.getOrDefault(connection.bootId(), Instant.MIN));
    }
    return known;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
