package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.paging.Page;
import io.muster.ingest.paging.TimeCursor;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Answers what is asked of a device's readings. A device that has never sent anything has none.
 * Thread-safe.
 */
@ApplicationScoped
class TelemetryQuery {
  private final ReadingTable table;
  private final DeviceDirectory devices;
  private final LongReads longReads;
  private final TelemetryConfig config;

  TelemetryQuery(
      ReadingTable table, DeviceDirectory devices, LongReads longReads, TelemetryConfig config) {
    this.table = table;
    this.devices = devices;
    this.longReads = longReads;
    this.config = config;
  }

  Uni<Page<ReadingItem>> readings(
      DeviceAddress device, TimeRange range, FieldFilter fields, TimeCursor after, int limit) {
    return devices
        .findKey(device)
        .chain(
            key ->
                key == null
                    ? Uni.createFrom().item(new Page<ReadingItem>(List.of(), null))
                    : table
                        .page(key, range, fields, after, limit + 1)
                        .map(found -> page(found, limit)));
  }

  /** One more was asked for than is shown: it tells whether there is more. */
  private static Page<ReadingItem> page(List<StoredReading> found, int limit) {
    var shown = found.size() <= limit ? found : found.subList(0, limit);
    var next = found.size() <= limit ? null : shown.getLast().cursor().text();
    return new Page<>(shown.stream().map(ReadingItem::of).toList(), next);
  }

  Uni<Page<ReadingItem>> aggregated(
      DeviceAddress device,
      TimeRange range,
      FieldFilter fields,
      TimeCursor after,
      Aggregation aggregation) {
    longReads.begin();
    return devices
        .findKey(device)
        .chain(
            key ->
                key == null
                    ? Uni.createFrom().item(aggregation.page())
                    : aggregate(key, range, fields, after, aggregation))
        .eventually(longReads::end);
  }

  private Uni<Page<ReadingItem>> aggregate(
      int key, TimeRange range, FieldFilter fields, TimeCursor after, Aggregation aggregation) {
    return table
        .page(key, range, fields, after, config.pageRows())
        .chain(
            found -> {
              aggregation.add(found);
              if (aggregation.isFull() || found.size() < config.pageRows()) {
                return Uni.createFrom().item(aggregation.page());
              }
              longReads.requireCalm();
              return aggregate(key, range, fields, found.getLast().cursor(), aggregation);
            });
  }

  Uni<LatestValues> latest(DeviceAddress device, FieldFilter fields) {
    var name = device.device().value();
    return devices
        .findKey(device)
        .chain(
            key ->
                key == null
                    ? Uni.createFrom().item(LatestValues.of(name, List.of()))
                    : table
                        .latest(key, fields, config.latestReadings())
                        .map(found -> LatestValues.of(name, found)));
  }
}
