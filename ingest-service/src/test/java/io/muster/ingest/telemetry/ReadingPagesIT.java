package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.intake.StoreDatabase;
import io.muster.ingest.paging.ReadPool;
import io.muster.ingest.paging.Rows;
import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much is read at once, from a real database. */
class ReadingPagesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAGE_BYTES = 65_536;
  private static final FieldFilter ALL = new FieldFilter(Set.of());
  private static final TimeRange ALWAYS = TimeRange.of(null, null);
  private static final TimeCursor BEGINNING = TimeCursor.before(ALWAYS.from());
  private static final AtomicInteger DEVICES = new AtomicInteger();

  @TempDir static Path folder;
  private static StoreDatabase database;
  private static ReadPool pool;
  private static ReadingTable table;

  private final DeviceAddress device = DeviceAddress.of("tt", "d" + DEVICES.incrementAndGet());
  private final int key = makeDevice();

  @BeforeAll
  static void start() {
    database = StoreDatabase.start(folder);
    database.run("SELECT ensure_reading_partition('1970-01-01T00:00Z', '2026-01-01T00:00Z')");
    pool = new ReadPool(database.pool(), PAGE_BYTES);
    table = new ReadingTable(pool);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void endsAPageOfLargeReadingsEarlyAndGoesOnBehindIt() {
    storeTexts(100, 4_000);
    var after = BEGINNING;
    var pages = 0;
    var seen = 0;
    while (true) {
      var page = await(table.page(key, ALWAYS, ALL, after, 1_000));
      pages++;
      seen += page.items().size();
      assertTrue(page.items().size() <= 5, () -> page.items().size() + " large readings at once");
      if (!page.cut()) {
        break;
      }
      after = page.items().getLast().cursor();
    }
    assertEquals(100, seen);
    assertTrue(pages >= 20, () -> "all at once");
  }

  @Test
  void showsACursorWhenAPageEndsEarly() {
    storeTexts(10, 4_000);
    var query = query(config(Map.of()));
    var page = await(query.readings(device, ALWAYS, ALL, BEGINNING, 1_000));
    assertTrue(page.items().size() < 10);
    var rest =
        await(query.readings(device, ALWAYS, ALL, TimeCursor.read(page.next(), BEGINNING), 1_000));
    assertEquals(page.items().getLast().time().plusMillis(1), rest.items().getFirst().time());
  }

  @Test
  void countsTheNamesOfNumbersForEachReadingThatShowsThem() {
    var names = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      names
          .append(i == 0 ? "" : ",")
          .append(device.device().value())
          .append("-")
          .append(i)
          .append("x".repeat(100));
    }
    database.run(
        "INSERT INTO field_set (digest, names) VALUES (gen_random_uuid(), string_to_array($1,"
            + " ','))",
        names.toString());
    database.run(
        "INSERT INTO reading (time, hash, device_key, field_set, numbers) SELECT"
            + " to_timestamp(n / 1000.0), gen_random_uuid(), $1, (SELECT max(key) FROM field_set),"
            + " array_fill(1::float8, ARRAY[100]) FROM generate_series(1, 100) AS n",
        key);
    var page = await(table.page(key, ALWAYS, ALL, BEGINNING, 1_000));
    assertTrue(page.cut());
    assertTrue(page.items().size() < 10, () -> page.items().size() + " wide readings at once");
    assertEquals(100, page.items().getFirst().values().size());
  }

  @Test
  void looksForTheLatestValuesAmongFewerReadingsWhenTheyAreLarge() {
    storeTexts(100, 4_000);
    var newest = await(table.latest(key, ALL, 500));
    assertTrue(newest.items().size() <= 5);
    assertEquals(Instant.ofEpochMilli(100), newest.items().getFirst().time());
  }

  @Test
  void readsWholePagesOfSmallReadingsWithAndWithoutNames() {
    storeNumbers(500);
    var page = await(table.page(key, ALWAYS, ALL, BEGINNING, 100));
    assertFalse(page.cut());
    assertEquals(100, page.items().size());
    assertEquals(Instant.ofEpochMilli(1), page.items().getFirst().time());
    var none = new FieldFilter(Set.of("none"));
    assertEquals(0, await(table.page(key, ALWAYS, none, BEGINNING, 100)).items().size());
    assertEquals(0, await(table.latest(key, none, 100)).items().size());
    var t = new FieldFilter(Set.of("t"));
    assertEquals(100, await(table.page(key, ALWAYS, t, BEGINNING, 100)).items().size());
  }

  @Test
  void endsAPageOfLargeEventsEarly() {
    database.run(
        "INSERT INTO event (device_key, time, id, received_at, payload) SELECT $1, to_timestamp(n /"
            + " 1000.0), gen_random_uuid(), now(), convert_to('\"' || repeat('x', 8000) || '\"',"
            + " 'UTF8') FROM generate_series(1, 10) AS n",
        key);
    var events = new EventTable(pool);
    var page = await(events.page(key, ALWAYS, BEGINNING, 1_000));
    assertEquals(3, page.items().size());
    assertTrue(page.cut());
    var last = page.items().getLast();
    var rest = await(events.page(key, ALWAYS, new TimeCursor(last.time(), last.id()), 1_000));
    assertEquals(last.time().plusMillis(1), rest.items().getFirst().time());
  }

  @Test
  void aBucketMayHaveAnyNumberOfPages() {
    var pages = new AtomicInteger(100_000);
    var endless =
        new ReadingTable(pool) {
          @Override
          Uni<Rows<StoredReading>> page(
              int device, TimeRange range, FieldFilter fields, TimeCursor after, int limit) {
            var values = new TreeMap<String, ReadingValue>(Map.of("t", new ReadingValue.Number(1)));
            var reading = new StoredReading(Instant.EPOCH, new UUID(0, pages.get()), values);
            return Uni.createFrom().item(new Rows<>(List.of(reading), pages.decrementAndGet() > 0));
          }
        };
    var aggregation =
        new Aggregation(
            Bucket.of("P1D"),
            EnumSet.of(Aggregate.COUNT),
            new Aggregation.Bounds(10, 1_000_000, 1_000_000, 100));
    var query =
        new TelemetryQuery(
            endless, new DeviceDirectory(database.pool(), 100), longReads(1), config(Map.of()));
    var page = await(query.aggregated(device, ALWAYS, ALL, BEGINNING, aggregation));
    assertEquals(Map.of("t", Map.of("count", 100_000L)), page.items().getFirst().values());
  }

  @Test
  void sumsUpOverManyPages() {
    storeNumbers(1_005);
    var aggregation =
        new Aggregation(
            Bucket.of("PT1S"),
            EnumSet.of(Aggregate.COUNT),
            new Aggregation.Bounds(10, 1_000_000, 1_000_000, 100));
    var page =
        await(
            query(config(Map.of("muster.telemetry.page-rows", "10")))
                .aggregated(device, ALWAYS, ALL, BEGINNING, aggregation));
    assertEquals(Map.of("t", Map.of("count", 999L)), page.items().getFirst().values());
    assertEquals(Map.of("t", Map.of("count", 6L)), page.items().getLast().values());
  }

  @Test
  void whoHangsUpEarlyGivesThePermitBack() {
    storeNumbers(10);
    var reads = longReads(2);
    for (int i = 0; i < 100; i++) {
      // A directory that has not met the device yet, so that it is looked up.
      var export = export(reads, new DeviceDirectory(database.pool(), 100));
      beginAndLeave(export.csv(device, ALWAYS, ALL));
      beginAndLeave(export.ndjson(device, ALWAYS, ALL));
    }
    var export = export(reads, new DeviceDirectory(database.pool(), 100));
    // Both permits at once.
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(RefusedException.class)
        .untilAsserted(
            () -> {
              var one = await(export.ndjson(device, ALWAYS, ALL));
              try {
                var other = await(export.csv(device, ALWAYS, ALL));
                assertEquals(2, await(other.collect().asList()).size());
              } finally {
                assertEquals(1, await(one.collect().asList()).size());
              }
            });
  }

  /** As the framework subscribes, and ends it when the connection is closed. */
  private static void beginAndLeave(Uni<Multi<byte[]>> export) {
    export
        .onItem()
        .transformToMulti(Function.identity())
        .subscribe()
        .with(bytes -> {}, refused -> {})
        .cancel();
  }

  @Test
  void anExportThatNobodyReadsHoldsUpTheOthersForATimeOnly() {
    storeNumbers(10);
    var reads = new LongReads(1, Duration.ZERO, () -> false, new SimpleMeterRegistry());
    var export = export(reads, new DeviceDirectory(database.pool(), 100));
    var unread = await(export.ndjson(device, ALWAYS, ALL));
    assertThrows(RefusedException.class, () -> await(export.ndjson(device, ALWAYS, ALL)));
    reads.endIdle();
    await(export.ndjson(device, ALWAYS, ALL));
    assertThrows(RefusedException.class, () -> await(unread.collect().asList()));
  }

  @Test
  void anExportThatRunsEndsUnderPressureAndNoneBegins() {
    storeNumbers(25);
    var pressed = new AtomicBoolean();
    var meters = new SimpleMeterRegistry();
    var reads = new LongReads(2, Duration.ofMinutes(1), pressed::get, meters);
    var export =
        new TelemetryExport(
            table,
            new DeviceDirectory(database.pool(), 100),
            reads,
            config(Map.of("muster.telemetry.page-rows", "10")));
    var lines = await(export.ndjson(device, ALWAYS, ALL));
    pressed.set(true);
    var refused = assertThrows(RefusedException.class, () -> await(lines.collect().asList()));
    assertTrue(refused.refusal() instanceof Refusal.Unavailable, refused::toString);
    assertThrows(RefusedException.class, () -> await(export.ndjson(device, ALWAYS, ALL)));
    assertEquals(2, meters.get("muster.telemetry.reads.shed").counter().count());
    pressed.set(false);
    await(await(export.ndjson(device, ALWAYS, ALL)).collect().asList());
  }

  @Test
  void asksForNamesWhenAnExportWouldHaveTooManyColumns() {
    database.run(
        "INSERT INTO reading (time, hash, device_key, field_set, numbers, other) SELECT"
            + " to_timestamp(n / 1000.0), gen_random_uuid(), $1, 1, '{}',"
            + " jsonb_build_object('f' || n, true) FROM generate_series(1, 101) AS n",
        key);
    var export =
        new TelemetryExport(
            table,
            new DeviceDirectory(database.pool(), 100),
            longReads(1),
            config(Map.of("muster.telemetry.columns", "100")));
    var refused =
        assertThrows(RefusedException.class, () -> await(export.csv(device, ALWAYS, ALL)));
    assertEquals(
        "fields", ((Refusal.Meaningless) refused.refusal()).errors().getFirst().parameter());
    var some = new FieldFilter(Set.of("f1"));
    var head = await(await(export.csv(device, ALWAYS, some)).toUni());
    assertEquals("time,f1\r\n", new String(head, StandardCharsets.UTF_8));
  }

  private int makeDevice() {
    database.run(
        "INSERT INTO device (tenant, device) VALUES ($1, $2)",
        device.tenant().value(),
        device.device().value());
    return (int)
        database.number(
            "SELECT key::bigint FROM device WHERE device = $1", device.device().value());
  }

  private void storeTexts(int rows, int characters) {
    database.run(
        "INSERT INTO reading (time, hash, device_key, field_set, numbers, other) SELECT"
            + " to_timestamp(n / 1000.0), gen_random_uuid(), $1, 1, '{}',"
            + " jsonb_build_object('s', repeat('x', $2)) FROM generate_series(1, $3) AS n",
        key,
        characters,
        rows);
  }

  private void storeNumbers(int rows) {
    database.run(
        "INSERT INTO field_set (digest, names) VALUES"
            + " ('00000000-0000-0000-0000-000000000001', '{t}') ON CONFLICT DO NOTHING");
    database.run(
        "INSERT INTO reading (time, hash, device_key, field_set, numbers) SELECT"
            + " to_timestamp(n / 1000.0), gen_random_uuid(), $1,"
            + " (SELECT key FROM field_set WHERE names = '{t}'), ARRAY[n::float8]"
            + " FROM generate_series(1, $2) AS n",
        key,
        rows);
  }

  private TelemetryQuery query(TelemetryConfig config) {
    return new TelemetryQuery(
        table, new DeviceDirectory(database.pool(), 100), longReads(1), config);
  }

  private static TelemetryExport export(LongReads reads, DeviceDirectory devices) {
    return new TelemetryExport(table, devices, reads, config(Map.of()));
  }

  private static LongReads longReads(int most) {
    return new LongReads(most, Duration.ofMinutes(1), () -> false, new SimpleMeterRegistry());
  }

  private static TelemetryConfig config(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(TelemetryConfig.class)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(TelemetryConfig.class);
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(PATIENCE);
  }
}
