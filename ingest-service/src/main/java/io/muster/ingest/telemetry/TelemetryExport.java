package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.paging.TimeCursor;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Streams a device's readings, page by page as the client takes them: memory is that of one page,
 * and between two pages nothing is held in the database. Readings that are stored meanwhile are
 * part of it when they belong after what was sent already. Thread-safe.
 */
@ApplicationScoped
class TelemetryExport {
  private final ReadingTable table;
  private final DeviceDirectory devices;
  private final LongReads longReads;
  private final TelemetryConfig config;

  TelemetryExport(
      ReadingTable table, DeviceDirectory devices, LongReads longReads, TelemetryConfig config) {
    this.table = table;
    this.devices = devices;
    this.longReads = longReads;
    this.config = config;
  }

  Uni<Multi<byte[]>> ndjson(DeviceAddress device, TimeRange range, FieldFilter fields) {
    return begin(device).map(begun -> stream(begun, range, fields, new NdjsonLines()));
  }

  Uni<Multi<byte[]>> csv(DeviceAddress device, TimeRange range, FieldFilter fields) {
    return begin(device)
        .chain(
            begun ->
                columns(begun, range, fields)
                    .map(names -> stream(begun, range, fields, new CsvLines(names)))
                    .onFailure()
                    .invoke(begun::end));
  }

  private Uni<? extends Iterable<String>> columns(
      Begun begun, TimeRange range, FieldFilter fields) {
    if (!fields.isAll()) {
      return Uni.createFrom().item(fields.names());
    }
    return begun.key == null
        ? Uni.createFrom().item(List.<String>of())
        : table.names(begun.key, range);
  }

  private Uni<Begun> begin(DeviceAddress device) {
    longReads.begin();
    var begun = new Begun(longReads);
    return devices
        .findKey(device)
        .map(
            key -> {
              begun.key = key;
              return begun;
            })
        .onFailure()
        .invoke(begun::end);
  }

  private Multi<byte[]> stream(
      Begun begun, TimeRange range, FieldFilter fields, ExportLines lines) {
    var after = new AtomicReference<>(TimeCursor.before(range.from()));
    var ended = new AtomicBoolean(begun.key == null);
    Multi<byte[]> pages =
        Multi.createBy()
            .repeating()
            .uni(() -> page(begun, range, fields, after, ended))
            .whilst(page -> !page.isEmpty() && !ended.get())
            .map(lines::lines);
    return Multi.createBy()
        .concatenating()
        .streams(Multi.createFrom().item(lines.head()), pages)
        .filter(bytes -> bytes.length > 0)
        .onTermination()
        .invoke(begun::end);
  }

  private Uni<List<StoredReading>> page(
      Begun begun,
      TimeRange range,
      FieldFilter fields,
      AtomicReference<TimeCursor> after,
      AtomicBoolean ended) {
    if (ended.get()) {
      return Uni.createFrom().item(List.of());
    }
    longReads.requireCalm();
    return table
        .page(begun.key, range, fields, after.get(), config.pageRows())
        .invoke(
            found -> {
              ended.set(found.size() < config.pageRows());
              if (!found.isEmpty()) {
                after.set(found.getLast().cursor());
              }
            });
  }

  /** An export that has its permit, to be given back once whatever happens. */
  private static final class Begun {
    private final LongReads longReads;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Integer key;

    private Begun(LongReads longReads) {
      this.longReads = longReads;
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        longReads.end();
      }
    }
  }
}
