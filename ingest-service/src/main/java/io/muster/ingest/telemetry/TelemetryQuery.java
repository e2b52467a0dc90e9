package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

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
                        .map(
                            found ->
                                found.page(limit, ReadingItem::of, last -> last.cursor().text())));
  }

  Uni<Page<ReadingItem>> aggregated(
      DeviceAddress device,
      TimeRange range,
      FieldFilter fields,
      TimeCursor after,
      Aggregation aggregation) {
    return Uni.createFrom()
        .deferred(
            () -> {
              var permit = longReads.begin();
              return devices
                  .findKey(device)
                  .chain(
                      key ->
                          key == null
                              ? Uni.createFrom().item(aggregation.page())
                              : aggregate(key, range, fields, after, aggregation, permit))
                  .onTermination()
                  .invoke(permit::end);
            });
  }

  /** Page after page, not one within the other: a bucket may have any number of them. */
  private Uni<Page<ReadingItem>> aggregate(
      int key,
      TimeRange range,
      FieldFilter fields,
      TimeCursor beginning,
      Aggregation aggregation,
      LongReads.Permit permit) {
    var after = new AtomicReference<>(beginning);
    return Multi.createBy()
        .repeating()
        .uni(
            () -> {
              permit.requireNext();
              return table
                  .page(key, range, fields, after.get(), config.pageRows())
                  .map(
                      found -> {
                        aggregation.add(found.items());
                        var more = found.cut() || found.items().size() >= config.pageRows();
                        if (more) {
                          after.set(found.items().getLast().cursor());
                        }
                        return more && !aggregation.isFull();
                      });
            })
        .whilst(more -> more)
        .onItem()
        .ignoreAsUni()
        .map(all -> aggregation.page());
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
                        .map(found -> LatestValues.of(name, found.items())));
  }
}
