package io.muster.ingest.retention;

import static io.muster.ingest.intake.StoreDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.intake.StoreDatabase;
import io.vertx.pgclient.PgConnection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that come and go, in a real database. */
class RetentionIT {
  private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Duration DAILY = Duration.ofDays(62);

  @TempDir static Path folder;
  private static StoreDatabase database;

  @BeforeAll
  static void start() {
    database = StoreDatabase.start(folder);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @AfterEach
  void dropAll() {
    partitions().forEach(name -> database.run("DROP TABLE IF EXISTS " + name));
    database.run("DELETE FROM reading_partition");
    database.run("DELETE FROM dead_letter");
  }

  @Test
  void makesADayOrForTheFarPastAMonthAndNeverTwoThatOverlap() {
    ensure("2015-02-04T17:51:00Z", "2015-02-28T23:59:59Z", "2026-06-15T00:00:00Z");
    assertEquals(List.of("reading_2015_02", "reading_2026_06_15"), partitions());
    ensure("2026-06-15T23:59:59.999999Z", "2026-06-16T00:00:00Z", "2015-03-01T00:00:00Z");
    assertEquals(
        List.of("reading_2015_02", "reading_2015_03", "reading_2026_06_15", "reading_2026_06_16"),
        partitions());
  }

  @Test
  void goesOnWithDaysInAMonthThatHasSome() {
    ensure("2026-05-20T00:00:00Z");
    var later = Clock.fixed(Instant.parse("2027-01-01T00:00:00Z"), ZoneOffset.UTC);
    await(
        new ReadingPartitions(later, DAILY)
            .ensure(database.pool(), List.of(Instant.parse("2026-05-21T00:00:00Z"))));
    assertEquals(List.of("reading_2026_05_20", "reading_2026_05_21"), partitions());
  }

  @Test
  void manyAtOnceMakeEachPartitionOnce() {
    var all =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    new ReadingPartitions(CLOCK, DAILY)
                        .ensure(database.pool(), List.of(NOW, NOW.minus(Duration.ofDays(900)))))
            .toList();
    all.forEach(StoreDatabase::await);
    assertEquals(List.of("reading_2023_12", "reading_2026_06_15"), partitions());
  }

  @Test
  void dropsPartitionsThatAreOlderThanWhatIsKept() {
    ensure("2015-02-04T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-10T00:00:00Z");
    database.run(
        "INSERT INTO reading (time, hash, device_key, field_set, numbers) VALUES"
            + " ('2026-06-01T05:00Z', gen_random_uuid(), 1, 1, '{1}')");
    await(retention(Optional.of(Duration.ofDays(10))).sweep());
    assertEquals(
        List.of("reading_2026_06_10", "reading_2026_06_15", "reading_2026_06_16"), partitions());
    assertEquals(0, database.number("SELECT count(*) FROM reading"));
  }

  @Test
  void finishesADroppingThatWasInterrupted() {
    ensure("2015-02-04T00:00:00Z", "2015-03-04T00:00:00Z");
    database.run("ALTER TABLE reading DETACH PARTITION reading_2015_02");
    database.run("DROP TABLE reading_2015_02");
    database.run("ALTER TABLE reading DETACH PARTITION reading_2015_03");
    await(retention(Optional.of(Duration.ofDays(10))).sweep());
    assertEquals(List.of("reading_2026_06_15", "reading_2026_06_16"), partitions());
    assertEquals(
        0, database.number("SELECT count(*) FROM pg_class WHERE relname = 'reading_2015_03'"));
  }

  @Test
  void keepsReadingsForEverUnlessToldOtherwise() {
    ensure("1970-01-01T00:00:00Z");
    await(retention(Optional.empty()).sweep());
    assertTrue(partitions().contains("reading_1970_01"));
  }

  @Test
  void deletesOldDeadLettersSomeAtATime() {
    database.run(
        """
        INSERT INTO dead_letter (id, tenant, publisher, topic, qos, payload, payload_bytes, reason, received_at)
        SELECT gen_random_uuid(), 't', 'd', 'x', 1, '', 0, 'empty',
               timestamptz '2026-06-15T12:00Z' - n * interval '1 day'
          FROM generate_series(0, 99) AS n""");
    await(retention(Optional.empty()).sweep());
    assertEquals(31, database.number("SELECT count(*) FROM dead_letter"));
  }

  @Test
  void deletesInAnyNumberOfSteps() {
    database.run(
        """
        INSERT INTO dead_letter (id, tenant, publisher, topic, qos, payload, payload_bytes, reason, received_at)
        SELECT gen_random_uuid(), 't', 'd', 'x', 1, '', 0, 'empty', timestamptz '2026-01-01T00:00Z'
          FROM generate_series(1, 20000) AS n""");
    await(retention(Optional.empty()).sweep());
    assertEquals(0, database.number("SELECT count(*) FROM dead_letter"));
  }

  @Test
  void aSweepThatFailsLeavesNeitherATransactionNorTheLock() {
    ensure("2015-02-04T00:00:00Z");
    // A view on the partition keeps it from being dropped, in the middle of a transaction.
    database.run("ALTER TABLE reading DETACH PARTITION reading_2015_02");
    database.run("CREATE VIEW in_the_way AS SELECT * FROM reading_2015_02");
    assertThrows(
        IllegalStateException.class,
        () -> await(retention(Optional.of(Duration.ofDays(10))).sweep()));
    database.run("DROP VIEW in_the_way");
    await(retention(Optional.of(Duration.ofDays(10))).sweep());
    assertEquals(List.of("reading_2026_06_15", "reading_2026_06_16"), partitions());
  }

  @Test
  void letsAnotherReplicaDoIt() {
    var other = await(database.pool().getConnection());
    await(other.query("SELECT pg_advisory_lock(hashtext('muster.ingest.retention'))").execute());
    await(retention(Optional.empty()).sweep());
    assertEquals(List.of(), partitions());
    await(other.query("SELECT pg_advisory_unlock_all()").execute());
    await(other.close());
  }

  @Test
  void saysWhichTimesAreKept() {
    var times =
        new ReadingTimes(Instant.EPOCH, Optional.of(Duration.ofDays(1)), Duration.ofHours(1));
    assertEquals("TOO_OLD", times.refusal(NOW.minus(Duration.ofDays(2)), NOW).name());
    assertEquals("IN_THE_FUTURE", times.refusal(NOW.plus(Duration.ofHours(2)), NOW).name());
    assertEquals(null, times.refusal(NOW.minus(Duration.ofHours(23)), NOW));
    assertFalse(new ReadingPartitions(CLOCK, DAILY).covers(NOW));
  }

  private void ensure(String... times) {
    var wanted = Arrays.stream(times).map(Instant::parse).toList();
    await(new ReadingPartitions(CLOCK, DAILY).ensure(database.pool(), wanted));
  }

  private List<String> partitions() {
    var names = new TreeSet<String>();
    database.run("SELECT name FROM reading_partition").forEach(row -> names.add(row.getString(0)));
    return List.copyOf(names);
  }

  private Retention retention(Optional<Duration> readings) {
    return retention(readings, CLOCK);
  }

  private Retention retention(Optional<Duration> readings, Clock clock) {
    return new Retention(
        () -> PgConnection.connect(database.vertx(), database.options()),
        clock,
        new ReadingPartitions(clock, DAILY),
        new Retention.Kept(
            readings, Optional.empty(), Duration.ofDays(30), 7, Duration.ofMinutes(1)));
  }
}
