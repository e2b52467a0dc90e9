package io.muster.ingest.intake;

import static io.muster.ingest.intake.TestIntake.outcomeOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import io.muster.contract.topic.DeviceTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane goes on, whatever is wrong with one message, with a listener or with the database. */
class LaneFaultsIT {
  /** As {@link TestIntake#settings} has it. */
  private static final int LANES = 2;

  private static final AtomicInteger TENANTS = new AtomicInteger();
  private static final IntakeSettings SETTINGS =
      TestIntake.settings(2_000, Duration.ofSeconds(20), 1 << 20);

  private static final String TERMINATED = "57P01";

  /** Longer than dead letters are otherwise kept in these tests. */
  private static final String POISON = "poison" + "x".repeat(2 * TestIntake.DEAD_LETTER_BYTES);

  @TempDir static Path folder;
  private static StoreDatabase database;

  private final String tenant = "faults-" + TENANTS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of(tenant, "one");
  private final DeviceTopic.Event topic = new DeviceTopic.Event(device);
  private TestIntake intake;

  @BeforeAll
  static void startDatabase() {
    database = StoreDatabase.start(folder);
    database.run("CREATE SEQUENCE faults");
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  @AfterEach
  void end() {
    intake.close();
    await().until(() -> lanes().isEmpty());
    database.run("DROP TRIGGER IF EXISTS faulty ON event");
  }

  private TestIntake intake(UnaryOperator<LaneListener> listener, List<Afterwards> afterwards) {
    return new TestIntake(
        database,
        SETTINGS,
        TestIntake.dictionaries(database, 10_000, 100_000),
        () -> TestIntake.TIMES,
        listener,
        afterwards);
  }

  /**
   * @param times how often the event's insertion fails
   */
  private void failAtPoison(String sqlState, int times) {
    // The driver takes 57P01 for what it always is, the end of the connection.
    var fault =
        sqlState.equals(TERMINATED)
            ? "PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10)"
            : "RAISE EXCEPTION 'scripted' USING ERRCODE = '" + sqlState + "'";
    database.run("ALTER SEQUENCE faults RESTART");
    database.run(
        """
        CREATE OR REPLACE FUNCTION fail_at_poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF starts_with(convert_from(NEW.payload, 'UTF8'), 'poison')
             AND nextval('faults') <= %d THEN
            %s;
          END IF;
          RETURN NEW;
        END $$\
        """
            .formatted(times, fault));
    database.run(
        "CREATE TRIGGER faulty BEFORE INSERT ON event"
            + " FOR EACH ROW EXECUTE FUNCTION fail_at_poison()");
  }

  private List<CompletableFuture<Outcome>> offerAround(Publication one) {
    var pending = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < 100; i++) {
      pending.add(
          i == 33 ? intake.offer(one) : intake.offer(topic, ("good " + i).getBytes(UTF_8), 1));
    }
    return pending;
  }

  private Publication poison() {
    return TestIntake.publication(topic, POISON.getBytes(UTF_8), 1, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"XX000", "08P01", "57014"})
  void findsTheOneThatTheDatabaseBreaksOverAndKeepsItWholeAsADeadLetter(String sqlState) {
    intake = TestIntake.on(database);
    failAtPoison(sqlState, Integer.MAX_VALUE);
    var pending = offerAround(poison());
    for (int i = 0; i < 100; i++) {
      var expected =
          i == 33 ? Outcome.deadLettered(DeadLetterReason.REFUSED_BY_DATABASE) : Outcome.kept();
      assertEquals(expected, outcomeOf(pending.get(i)), "message " + i);
    }
    assertEquals(99, events());
    assertEquals(
        POISON.length(),
        database.number("SELECT octet_length(payload) FROM dead_letter WHERE tenant = $1", tenant));
  }

  @ParameterizedTest
  @ValueSource(strings = {"53200", TERMINATED, "08006", "40001"})
  void triesForeverWhatPassesAndPutsNothingIntoTheDeadLetters(String sqlState) {
    intake = TestIntake.on(database);
    failAtPoison(sqlState, 15);
    offerAround(poison()).forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(100, events());
  }

  @Test
  void aSoundConnectionIsNotGivenUpForABrokenBatch() {
    intake = TestIntake.on(database);
    outcomeOf(intake.offer(topic, "first".getBytes(UTF_8), 1));
    failAtPoison("XX000", Integer.MAX_VALUE);
    await().until(() -> lanes().size() == LANES && intake.lanes().storeIsReachable());
    var before = lanes();
    assertEquals(
        Outcome.deadLettered(DeadLetterReason.REFUSED_BY_DATABASE),
        outcomeOf(intake.offer(poison())));
    assertEquals(before, lanes());
    assertTrue(intake.lanes().storeIsReachable());
  }

  /** Which connections the lanes have. */
  private Set<Integer> lanes() {
    var connections = new HashSet<Integer>();
    database
        .run("SELECT pid FROM pg_stat_activity WHERE application_name = 'test'")
        .forEach(row -> connections.add(row.getInteger(0)));
    return connections;
  }

  @Test
  void completesWhatWasCommittedWhoeverFailsToHearOfIt() {
    intake = intake(Failing::new, List.of());
    for (int round = 0; round < 3; round++) {
      var pending = new ArrayList<CompletableFuture<Outcome>>();
      for (int i = 0; i < 10; i++) {
        pending.add(intake.telemetry(device, "{\"ts\":" + (round * 10 + i) + ",\"a\":1}"));
        intake.lanes().offer(poison(), outcome -> failing());
      }
      pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
      assertEquals(
          Outcome.deadLettered(DeadLetterReason.MALFORMED),
          outcomeOf(intake.telemetry(device, "nonsense")));
    }
  }

  @Test
  void tellsTheOthersWhenOneFailsToHear() {
    var heard = new AtomicInteger();
    Afterwards failing =
        new Afterwards() {
          @Override
          public void stored(DeviceAddress device, List<Reading> readings) {
            failing();
          }
        };
    Afterwards hearing =
        new Afterwards() {
          @Override
          public void stored(DeviceAddress device, List<Reading> readings) {
            heard.addAndGet(readings.size());
          }
        };
    intake = intake(UnaryOperator.identity(), List.of(failing, hearing));
    for (int i = 0; i < 3; i++) {
      assertEquals(
          Outcome.kept(), outcomeOf(intake.telemetry(device, "{\"ts\":" + i + ",\"a\":1}")));
    }
    assertEquals(3, heard.get());
    assertEquals(3.0, intake.counted("readings"));
  }

  @Test
  void writesABatchOfMoreDevicesAndNamesThanAreRemembered() {
    intake =
        new TestIntake(
            database,
            SETTINGS,
            TestIntake.dictionaries(database, 2, 100_000),
            () -> TestIntake.TIMES,
            UnaryOperator.identity(),
            List.of());
    var pending = new ArrayList<CompletableFuture<Outcome>>();
    for (int i = 0; i < 300; i++) {
      pending.add(
          intake.telemetry(
              DeviceAddress.of(tenant, "d" + i), "{\"ts\":1,\"" + tenant + i + "\":1}"));
    }
    pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(
        300,
        database.number(
            "SELECT count(*) FROM reading r JOIN device d ON d.key = r.device_key"
                + " JOIN field_set f ON f.key = r.field_set"
                + " WHERE d.tenant = $1 AND f.names = ARRAY[d.tenant || substr(d.device, 2)]",
            tenant));
  }

  private long events() {
    return database.number(
        "SELECT count(*) FROM event e JOIN device d ON d.key = e.device_key WHERE d.tenant = $1",
        tenant);
  }

  private static void failing() {
    throw new IllegalStateException("scripted");
  }

  /** Fails at whatever it hears. */
  private record Failing(LaneListener usual) implements LaneListener {
    @Override
    public void stalled(Duration waited) {
      failing();
    }

    @Override
    public boolean admitsDeadLetter(Entry entry) {
      failing();
      return false;
    }

    @Override
    public Commit committing(List<Entry> entries) {
      if (entries.size() % 2 == 0) {
        failing();
      }
      return new Commit() {
        @Override
        public void committed(int duplicates) {
          throw new StackOverflowError("scripted");
        }

        @Override
        public void failed(Throwable cause) {
          failing();
        }
      };
    }

    @Override
    public void finished(Entry entry, Outcome outcome) {
      failing();
    }

    @Override
    public void lost(Entry entry) {
      failing();
    }
  }
}
