package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.paging.Rows;
import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

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
    return begin(
        device, begun -> Uni.createFrom().item(stream(begun, range, fields, new NdjsonLines())));
  }

  Uni<Multi<byte[]>> csv(DeviceAddress device, TimeRange range, FieldFilter fields) {
    return begin(
        device,
        begun ->
            columns(begun, range, fields)
                .map(names -> stream(begun, range, fields, new CsvLines(names))));
  }

  private Uni<? extends Collection<String>> columns(
      Begun begun, TimeRange range, FieldFilter fields) {
    if (!fields.isAll()) {
      return Uni.createFrom().item(fields.names());
    }
    return begun.key == null
        ? Uni.createFrom().item(List.<String>of())
        : table.names(begun.key, range, config.columns() + 1).invoke(this::requireFew);
  }

  private void requireFew(Collection<String> names) {
    if (names.size() > config.columns()) {
      throw new Refusal.Meaningless(
              List.of(
                  FieldError.in(
                      "fields",
                      "must name the columns: the readings of this range have more than %d fields"
                          .formatted(config.columns()))))
          .asException();
    }
  }

  /**
   * Begins when it is subscribed to. Until the stream is there its permit is given back here, also
   * when the client has left; from then on by the stream.
   */
  private Uni<Multi<byte[]>> begin(
      DeviceAddress device, Function<Begun, Uni<Multi<byte[]>>> opening) {
    return Uni.createFrom()
        .deferred(
            () -> {
              var permit = longReads.begin();
              return devices
                  .findKey(device)
                  .chain(key -> opening.apply(new Begun(permit, key)))
                  .onFailure()
                  .invoke(permit::end)
                  .onCancellation()
                  .invoke(permit::end);
            });
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
        .invoke(begun.permit::end);
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
    begun.permit.requireNext();
    return table
        .page(begun.key, range, fields, after.get(), config.pageRows())
        .invoke(
            found -> {
              ended.set(!found.cut() && found.items().size() < config.pageRows());
              if (!found.items().isEmpty()) {
                after.set(found.items().getLast().cursor());
              }
            })
        .map(Rows::items);
  }

  /**
   * An export that has its permit.
   *
   * @param key of the device; null when it has never sent anything
   */
  private record Begun(LongReads.Permit permit, Integer key) {}
}
