package io.muster.ingest.intake;

import static io.muster.ingest.intake.TestIntake.outcomeOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.muster.ingest.intake.Publication.ExactlyOnce;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way into a real database. */
class LanesIT {
  private static final AtomicInteger TENANTS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static StoreDatabase database;

  private final String tenant = "tenant-" + TENANTS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of(tenant, "one");
  private TestIntake intake;

  @BeforeAll
  static void startDatabase() {
    database = StoreDatabase.start(folder);
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void begin() {
    intake = TestIntake.on(database);
  }

  @AfterEach
  void end() {
    intake.close();
  }

  @Test
  void storesARedeliveredReadingOnce() {
    var pending = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < 3; i++) {
      pending.add(intake.telemetry(device, "{\"ts\":\"2026-01-01T00:00:00Z\",\"a\":21.5,\"b\":1}"));
      pending.add(intake.telemetry(device, "{\"b\":1.0,\"a\":21.50,\"ts\":1767225600000}"));
    }
    pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(
        Outcome.kept(),
        outcomeOf(intake.telemetry(device, "{\"ts\":1767225600000,\"a\":21.5,\"b\":1}")));
    assertEquals(1, readings());
    assertEquals(6.0, intake.counted("duplicates"));
  }

  @Test
  void keepsTwoDifferentReadingsOfOneTime() {
    outcomeOf(intake.telemetry(device, "[{\"ts\":1000,\"a\":1},{\"ts\":1000,\"a\":2}]"));
    outcomeOf(intake.telemetry(device, "{\"ts\":1000,\"a\":3}"));
    assertEquals(3, readings());
  }

  @Test
  void keepsEqualReadingsWithoutATimeApart() {
    var pending =
        List.of(
            intake.telemetry(device, "[{\"pulse\":1},{\"pulse\":1},{\"pulse\":1}]"),
            intake.telemetry(device, "{\"pulse\":1}"),
            intake.telemetry(device, "{\"pulse\":1}"));
    pending.forEach(TestIntake::outcomeOf);
    assertEquals(5, readings());
  }

  @Test
  void keepsNumbersByTheirNamesAndTheRestAsJson() {
    outcomeOf(
        intake.telemetry(
            device,
            "{\"ts\":1000,\"z\":1.5,\"a\":-2,\"text\":\"x\",\"flag\":true,\"big\":9007199254740993}"));
    var row =
        database
            .run(
                """
                SELECT f.names, r.numbers, r.other::text FROM reading r
                  JOIN field_set f ON f.key = r.field_set JOIN device d ON d.key = r.device_key
                 WHERE d.tenant = $1\
                """,
                tenant)
            .iterator()
            .next();
    assertArrayEquals(new String[] {"a", "z"}, row.getArrayOfStrings(0));
    assertArrayEquals(new Double[] {-2.0, 1.5}, row.getArrayOfDoubles(1));
    assertEquals("{\"big\": 9007199254740993, \"flag\": true, \"text\": \"x\"}", row.getString(2));
  }

  @Test
  void keepsEventsWhateverTheyAre() {
    var topic = new DeviceTopic.Event(device);
    var bytes = new byte[] {0, (byte) 0xff, 1};
    assertEquals(Outcome.kept(), outcomeOf(intake.offer(topic, bytes, 1)));
    assertEquals(Outcome.kept(), outcomeOf(intake.offer(topic, new byte[0], 1)));
    var timed = "{\"ts\":\"2015-02-04T17:51:00Z\",\"alarm\":{\"nested\":true}}".getBytes(UTF_8);
    assertEquals(Outcome.kept(), outcomeOf(intake.offer(topic, timed, 1)));
    assertEquals(3, database.rowsOf(tenant, "event"));
    assertEquals(
        1,
        database.number(
            "SELECT count(*) FROM event e JOIN device d ON d.key = e.device_key"
                + " WHERE d.tenant = $1 AND e.time = '2015-02-04 17:51Z' AND e.payload = $2",
            tenant,
            Buffer.buffer(timed)));
  }

  @Test
  void storesARedeliveredEventOnceAndRefusesAnImpossibleTime() {
    var topic = new DeviceTopic.Event(device);
    for (int i = 0; i < 2; i++) {
      assertEquals(
          Outcome.kept(), outcomeOf(intake.offer(topic, "{\"ts\":1000}".getBytes(UTF_8), 1)));
    }
    var future = "{\"ts\":\"9999-01-01T00:00:00Z\"}".getBytes(UTF_8);
    assertEquals(
        Outcome.deadLettered(DeadLetterReason.IN_THE_FUTURE),
        outcomeOf(intake.offer(topic, future, 1)));
    assertEquals(1, database.rowsOf(tenant, "event"));
  }

  @Test
  void keepsTheOrderOfADevicesMessages() {
    var pending = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < 1_000; i++) {
      if (i % 10 == 0) {
        pending.add(intake.telemetry(device, "{\"ts\":" + i + ",\"a\":1}"));
      }
      var status = 200 + i % 100;
      pending.add(
          intake.offer(
              new DeviceTopic.CommandResponse(device, "r" + i, status),
              ("" + i).getBytes(UTF_8),
              1));
    }
    var announced = new CompletableFuture<Outcome>();
    intake
        .lanes()
        .announce(
            new Announcement("delivered", device, new DeliveredEvent("t", 1, Instant.EPOCH)),
            announced::complete);
    pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(Outcome.kept(), outcomeOf(announced));
    var topics = new ArrayList<String>();
    database
        .run("SELECT topic FROM outbox WHERE topic LIKE '%' || $1 || '%' ORDER BY place", tenant)
        .forEach(row -> topics.add(row.getString(0)));
    assertEquals(1_001, topics.size());
    for (int i = 0; i < 1_000; i++) {
      assertEquals("command/" + device + "/res/r" + i + "/" + (200 + i % 100), topics.get(i));
    }
    assertEquals("platform/ingest/delivered/" + device, topics.getLast());
  }

  @Test
  void storesAQos2MessageThatIsRepeatedOnce() {
    var topic = new DeviceTopic.Event(device);
    var identifier = new ExactlyOnce(System.nanoTime(), 1, 7);
    database.run(
        "INSERT INTO mqtt_session (client_identifier, session_key, epoch, connected_at,"
            + " expiry_seconds) VALUES ($1, $2, 1, now(), 60)",
        tenant,
        identifier.sessionKey());
    var both =
        List.of(
            intake.exactlyOnce(topic, "first", identifier),
            intake.exactlyOnce(topic, "first", identifier));
    both.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "first", identifier)));
    assertEquals(1, database.rowsOf(tenant, "event"));
    database.run("DELETE FROM exactly_once WHERE session_key = $1", identifier.sessionKey());
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "second", identifier)));
    assertEquals(2, database.rowsOf(tenant, "event"));
  }

  @Test
  void makesAPartitionAgainThatWasDroppedBehindItsBack() {
    outcomeOf(intake.telemetry(device, "{\"ts\":\"2001-05-05T00:00:00Z\",\"a\":1}"));
    database.run("DROP TABLE reading_2001_05");
    database.run("DELETE FROM reading_partition WHERE name = 'reading_2001_05'");
    var stored = intake.telemetry(device, "{\"ts\":\"2001-05-06T00:00:00Z\",\"a\":1}");
    assertEquals(Outcome.kept(), outcomeOf(stored));
    assertEquals(1, readings());
  }

  @Test
  void takesReadingsOfThousandsOfDaysInOneMessage() {
    var readings =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "{\"ts\":" + i * 86_400_000L + ",\"a\":" + i + "}")
            .collect(Collectors.joining(",", "[", "]"));
    assertEquals(Outcome.kept(), outcomeOf(intake.telemetry(device, readings)));
    assertEquals(5_000, readings());
  }

  @Test
  void keepsReadingsAsJsonWhenTheDictionaryOfNamesIsFull() {
    try (var small = TestIntake.withFieldSets(database, 0)) {
      outcomeOf(small.telemetry(device, "{\"ts\":1,\"never-seen-" + tenant + "\":1.25}"));
    }
    assertEquals(
        1,
        database.number(
            "SELECT count(*) FROM reading WHERE numbers = '{}' AND other ="
                + " jsonb_build_object($1::text, 1.25)",
            "never-seen-" + tenant));
  }

  @Test
  void losesNothingAndDoublesNothingWhenTheDatabaseIsKilledAgainAndAgain() {
    var total = 20_000;
    var pending = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < total; i++) {
      var one = DeviceAddress.of(tenant, "d" + i % 7);
      pending.add(intake.telemetry(one, "{\"ts\":" + i + ",\"a\":" + i + "}"));
      if (i % 20 == 0) {
        pending.add(intake.offer(new DeviceTopic.Event(one), ("" + i).getBytes(UTF_8), 1));
        pending.add(intake.offer(new DeviceTopic.Presence(one), ("" + i).getBytes(UTF_8), 1));
      }
      if (i % 7_000 == 6_999) {
        pending.get(i / 2).join();
        database.kill();
        database.restart();
      }
    }
    pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(total, readings());
    assertEquals(total / 20, database.rowsOf(tenant, "event"));
    assertEquals(
        total / 20,
        database.number(
            "SELECT count(*) FROM outbox WHERE topic LIKE 'presence/' || $1 || '/%'", tenant));
    assertEquals(0, database.deadLetters(tenant, "refused-by-database"));
  }

  @Test
  void shedsQos0WhileTheDatabaseIsAwayAndHoldsQos1() {
    outcomeOf(intake.telemetry(device, "{\"ts\":1,\"a\":1}"));
    database.stop();
    try {
      await().atMost(PATIENCE).until(() -> !intake.lanes().storeIsReachable());
      var topic = new DeviceTopic.Telemetry(device);
      var shed = intake.offer(topic, "{\"ts\":2,\"a\":1}".getBytes(UTF_8), 0);
      var held = intake.telemetry(device, "{\"ts\":3,\"a\":1}");
      assertEquals(Outcome.refused(Shortage.DATABASE), outcomeOf(shed));
      assertFalse(held.isDone());
      assertTrue(intake.lanes().reason().contains("since"));
      assertEquals(0, intake.reachable());
      database.restart();
      assertEquals(Outcome.kept(), outcomeOf(held));
      await().atMost(PATIENCE).until(() -> intake.lanes().storeIsReachable());
      assertEquals(1, intake.reachable());
    } finally {
      database.restart();
    }
    assertEquals(2, readings());
  }

  @Test
  void boundsWhatWaitsAtQos0() {
    try (var small = TestIntake.withBounds(database, Duration.ofSeconds(20), 100)) {
      // Both lanes: with one that is not there yet the database counts as away.
      await().atMost(PATIENCE).until(() -> small.lanes().storeIsReachable());
      outcomeOf(small.telemetry(device, "{\"ts\":1,\"a\":1}"));
      var payload =
          "{\"ts\":2,\"text\":\"0123456789012345678901234567890123456789\"}".getBytes(UTF_8);
      var lock = StoreDatabase.await(database.pool().getConnection());
      StoreDatabase.await(lock.query("BEGIN").execute());
      StoreDatabase.await(lock.query("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE").execute());
      var topic = new DeviceTopic.Telemetry(device);
      var first = small.offer(topic, payload, 0);
      var second = small.offer(topic, payload, 0);
      assertEquals(Outcome.refused(Shortage.MEMORY), outcomeOf(second));
      StoreDatabase.await(lock.query("ROLLBACK").execute());
      assertEquals(Outcome.kept(), outcomeOf(first));
      assertEquals(Outcome.kept(), outcomeOf(small.offer(topic, payload, 0)));
      StoreDatabase.await(lock.close());
    }
  }

  @Test
  void givesUpAConnectionThatDoesNotAnswerAndStoresOnce() {
    try (var impatient = TestIntake.withBounds(database, Duration.ofMillis(500), 1 << 20)) {
      outcomeOf(impatient.telemetry(device, "{\"ts\":1,\"a\":1}"));
      var lock = StoreDatabase.await(database.pool().getConnection());
      StoreDatabase.await(lock.query("BEGIN").execute());
      StoreDatabase.await(lock.query("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE").execute());
      var held = impatient.telemetry(device, "{\"ts\":2,\"a\":1}");
      await().atMost(PATIENCE).until(() -> !impatient.lanes().storeIsReachable());
      assertFalse(held.isDone());
      StoreDatabase.await(lock.query("ROLLBACK").execute());
      StoreDatabase.await(lock.close());
      assertEquals(Outcome.kept(), outcomeOf(held));
    }
    assertEquals(2, readings());
  }

  @Test
  void twoInstancesAgreeOnTheKeysOfDevicesAndNames() {
    try (var other = TestIntake.on(database)) {
      var pending = new ArrayList<CompletableFuture<Outcome>>();
      for (int i = 0; i < 200; i++) {
        var one = DeviceAddress.of(tenant, "d" + i);
        var payload = "{\"ts\":1,\"" + tenant + "-" + i + "\":1}";
        pending.add(intake.telemetry(one, payload));
        pending.add(other.telemetry(one, payload));
      }
      pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    }
    assertEquals(200, readings());
    assertEquals(200, database.number("SELECT count(*) FROM device WHERE tenant = $1", tenant));
  }

  private long readings() {
    return database.rowsOf(tenant, "reading");
  }
}
