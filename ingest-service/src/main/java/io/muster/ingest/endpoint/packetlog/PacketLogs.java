package io.muster.ingest.endpoint.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.ingest.endpoint.packets.Packet;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The devices whose packets this replica writes down. While there is none, a CONNECT costs one read
 * of a field, and all else nothing. Thread-safe.
 */
public final class PacketLogs {
  private final String replica;
  private final Clock clock;
  private volatile Map<DeviceAddress, PacketLog> on = Map.of();

  public PacketLogs(String replica, Clock clock) {
    this.replica = replica;
    this.clock = clock;
  }

  /**
   * Takes the switches as they are now; those that are not among them end.
   *
   * @param entriesPerSecond of each device
   * @param sink gets the entries of those that were not on before
   * @return the devices that were not on before
   */
  public synchronized List<DeviceAddress> apply(
      Collection<PacketSwitch> wanted, int entriesPerSecond, PacketSink sink) {
    var before = on;
    var after = new HashMap<DeviceAddress, PacketLog>();
    var begun = new ArrayList<DeviceAddress>();
    for (var one : wanted) {
      var log = before.get(one.device());
      if (log == null || !log.isOn()) {
        // Taps of one whose time was over may have gone.
        after.put(one.device(), new PacketLog(one, entriesPerSecond, sink));
        begun.add(one.device());
      } else {
        log.change(one);
        after.put(one.device(), log);
      }
    }
    on = Map.copyOf(after);
    before.forEach(
        (device, log) -> {
          if (!after.containsKey(device)) {
            log.end();
          }
        });
    return begun;
  }

  /** Whether there is any; costs a read of a field. */
  public boolean any() {
    return !on.isEmpty();
  }

  /** The device's log, or null while it is off. */
  PacketLog of(DeviceAddress device) {
    var log = on.get(device);
    return log != null && log.isOn() ? log : null;
  }

  /**
   * The log of the device that a CONNECT says it is from, whether that is true or not: by its user
   * name, else by its client identifier. Null while it is off.
   */
  PacketLog claimedBy(Packet.Connect connect) {
    return Stream.of(ofUserName(connect.userName()), ofClient(connect.clientIdentifier()))
        .filter(log -> log != null)
        .findFirst()
        .orElse(null);
  }

  private PacketLog ofUserName(String userName) {
    try {
      return userName == null ? null : of(DeviceAddress.fromUserName(userName));
    } catch (MalformedIdException nobody) {
      return null;
    }
  }

  private PacketLog ofClient(String clientIdentifier) {
    var parts = clientIdentifier.split(":", 3);
    try {
      return parts.length < 2 ? null : of(DeviceAddress.of(parts[0], parts[1]));
    } catch (MalformedIdException nobody) {
      return null;
    }
  }

  String replica() {
    return replica;
  }

  Clock clock() {
    return clock;
  }
}
