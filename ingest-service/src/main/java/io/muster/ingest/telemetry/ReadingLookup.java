package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.devices.DeviceDirectory;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Reads one reading by its key. Thread-safe. */
@ApplicationScoped
public class ReadingLookup {
  private final ReadingTable table;
  private final DeviceDirectory devices;

  ReadingLookup(ReadingTable table, DeviceDirectory devices) {
    this.table = table;
    this.devices = devices;
  }

  /** The values as JSON shall have them; null when there is no such reading. */
  public Uni<Map<String, Object>> values(DeviceAddress device, Instant time, UUID hash) {
    return devices
        .findKey(device)
        .chain(
            key ->
                key == null
                    ? Uni.createFrom().nullItem()
                    : table
                        .one(key, time, hash)
                        .map(found -> found == null ? null : ReadingItem.plain(found.values())));
  }
}
