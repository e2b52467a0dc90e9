package io.muster.ingest.intake;

import static io.muster.ingest.intake.TestIntake.outcomeOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is not stored as it came: it goes to the dead letters, and holds up nothing else. */
class LaneLettersIT {
  private static final AtomicInteger TENANTS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension static final SharedStore STORE = new SharedStore();

  private final StoreDatabase database = STORE.database();
  private final String tenant = "letters-" + TENANTS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of(tenant, "one");
  private TestIntake intake;

  @BeforeEach
  void begin() {
    intake = TestIntake.on(database);
  }

  @AfterEach
  void end() {
    intake.close();
  }

  @Test
  void findsTheOneThatTheDatabaseRefusesAndKeepsTheOthers() {
    database.run("ALTER TABLE reading ADD CONSTRAINT not_refused CHECK (numbers[1] <> -666.25)");
    try {
      var pending =
          IntStream.range(0, 500)
              .mapToObj(
                  i ->
                      intake.telemetry(
                          device, "{\"ts\":" + i + ",\"a\":" + (i == 333 ? -666.25 : i) + "}"))
              .toList();
      for (int i = 0; i < 500; i++) {
        var expected =
            i == 333 ? Outcome.deadLettered(DeadLetterReason.REFUSED_BY_DATABASE) : Outcome.kept();
        assertEquals(expected, outcomeOf(pending.get(i)));
      }
      assertEquals(499, readings());
      assertEquals(1, database.deadLetters(tenant, "refused-by-database"));
    } finally {
      database.run("ALTER TABLE reading DROP CONSTRAINT not_refused");
    }
  }

  @Test
  void putsWhatItCannotReadIntoTheDeadLettersAndGoesOn() {
    var bad = intake.telemetry(device, "{\"a\":" + "1".repeat(200) + "}");
    var good = intake.telemetry(device, "{\"ts\":1000,\"a\":1}");
    assertEquals(Outcome.deadLettered(DeadLetterReason.UNSTORABLE_VALUE), outcomeOf(bad));
    assertEquals(Outcome.kept(), outcomeOf(good));
    var row =
        database
            .run(
                "SELECT payload, payload_bytes, topic, publisher FROM dead_letter WHERE tenant ="
                    + " $1",
                tenant)
            .iterator()
            .next();
    assertEquals(TestIntake.DEAD_LETTER_BYTES, row.getBuffer(0).length());
    assertEquals(206, row.getInteger(1));
    assertEquals("telemetry/" + device, row.getString(2));
    assertEquals("one", row.getString(3));
  }

  @Test
  void refusesTimesThatNoClockShows() {
    assertEquals(
        Outcome.deadLettered(DeadLetterReason.TOO_OLD),
        outcomeOf(intake.telemetry(device, "{\"ts\":\"0001-01-01T00:00:00Z\",\"a\":1}")));
    assertEquals(
        Outcome.deadLettered(DeadLetterReason.IN_THE_FUTURE),
        outcomeOf(intake.telemetry(device, "{\"ts\":\"9999-12-31T23:59:59Z\",\"a\":1}")));
    var soon = Instant.now().plus(Duration.ofMinutes(50));
    assertEquals(
        Outcome.kept(), outcomeOf(intake.telemetry(device, "{\"ts\":\"" + soon + "\",\"a\":1}")));
  }

  @Test
  void tellsTheOthersOfADeadLetter() {
    outcomeOf(intake.telemetry(device, "nonsense"));
    assertEquals(
        1,
        database.number(
            "SELECT count(*) FROM outbox o JOIN dead_letter l USING (id) WHERE l.tenant = $1"
                + " AND o.topic = 'platform/ingest/dead-letter/' || $1 || '/one'",
            tenant));
  }

  @Test
  void quarantinesADeviceThatFillsTheDeadLettersButKeepsWhatCanBeRead() {
    var most = TestIntake.DEAD_LETTERS_PER_MINUTE;
    var bad =
        IntStream.range(0, 3 * most).mapToObj(i -> intake.telemetry(device, "bad " + i)).toList();
    bad.forEach(TestIntake::outcomeOf);
    // A minute may have begun meanwhile, and the counting anew.
    assertTrue(database.deadLetters(tenant, "malformed") <= 2 * most);
    assertEquals(Outcome.refused(Shortage.QUARANTINED), outcomeOf(intake.telemetry(device, "bad")));
    assertEquals(Outcome.kept(), outcomeOf(intake.telemetry(device, "{\"ts\":1,\"a\":1}")));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                database.number("SELECT count(*) FROM quarantine WHERE tenant = $1", tenant) == 1);
    StoreDatabase.await(intake.quarantine().refresh());
    assertTrue(
        database.number("SELECT refused_messages FROM quarantine WHERE tenant = $1", tenant) > 0);
    database.run("DELETE FROM quarantine WHERE tenant = $1", tenant);
    StoreDatabase.await(intake.quarantine().reload());
    assertEquals(
        Outcome.deadLettered(DeadLetterReason.MALFORMED),
        outcomeOf(intake.telemetry(device, "bad")));
  }

  @Test
  void keepsAForeignTopicsMessageAsADeadLetter() {
    refuse("telemetry/other\0/x");
    assertEquals(1, database.deadLetters(tenant, "topic-not-allowed"));
  }

  private void refuse(String topic) {
    var outcome = new CompletableFuture<Outcome>();
    intake
        .lanes()
        .deadLetter(
            new RefusedPublish(
                device,
                topic,
                2,
                "text/plain",
                UserProperties.of("why", "asked"),
                new byte[] {1, 2},
                DeadLetterReason.TOPIC_NOT_ALLOWED,
                "not yours"),
            outcome::complete);
    assertEquals(Outcome.deadLettered(DeadLetterReason.TOPIC_NOT_ALLOWED), outcomeOf(outcome));
  }

  @Test
  void keepsAllThatARefusedMessageSaid() {
    refuse("event/" + tenant + "/sensor");
    assertEquals(
        1,
        database.number(
            "SELECT count(*) FROM dead_letter WHERE tenant = $1 AND device = 'sensor' AND qos = 2"
                + " AND content_type = 'text/plain' AND detail = 'not yours'"
                + " AND user_properties = '{\"why\":\"asked\"}'",
            tenant));
    refuse("event/" + tenant + "x/sensor");
    assertEquals(
        1,
        database.number(
            "SELECT count(*) FROM dead_letter WHERE tenant = $1 AND device IS NULL", tenant));
  }

  @Test
  void replaysADeadLetterOnce() {
    var publication =
        TestIntake.publication(new DeviceTopic.Event(device), "x".getBytes(UTF_8), 1, null);
    var id = UUID.randomUUID();
    for (int i = 0; i < 2; i++) {
      var outcome = new CompletableFuture<Outcome>();
      intake.lanes().offerAgain(publication, id, outcome::complete);
      assertEquals(Outcome.kept(), outcomeOf(outcome));
    }
    assertEquals(1, database.rowsOf(tenant, "event"));
    // The other lanes may come later than the one that kept it.
    await().atMost(PATIENCE).until(() -> intake.lanes().reason() == null);
  }

  private long readings() {
    return database.rowsOf(tenant, "reading");
  }
}
