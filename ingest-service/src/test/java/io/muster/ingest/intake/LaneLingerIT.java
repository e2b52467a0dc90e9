package io.muster.ingest.intake;

import static io.muster.ingest.intake.TestIntake.outcomeOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ReadingLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A lane that lets an hour pass between two batches: what it does at once it does not wait for. */
class LaneLingerIT {
  private static final DeviceAddress DEVICE = DeviceAddress.of("linger", "boiler");

  @RegisterExtension static final SharedStore STORE = new SharedStore();

  private final StoreDatabase database = STORE.database();
  private TestIntake intake;

  @BeforeEach
  void begin() {
    intake =
        new TestIntake(
            database,
            settings(),
            TestIntake.dictionaries(database, 10_000, 100_000),
            () -> TestIntake.TIMES,
            UnaryOperator.identity(),
            List.of());
  }

  @AfterEach
  void end() {
    intake.close();
  }

  @Test
  void aMessageAfterASilenceDoesNotWaitAndTheNextOneDoes() {
    assertEquals(Outcome.kept(), outcomeOf(intake.telemetry(DEVICE, "{\"t\":1}")));

    assertFalse(intake.telemetry(DEVICE, "{\"t\":2}").isDone());
    // A full batch takes along what waited, and is not waited for.
    var third = intake.telemetry(DEVICE, "{\"t\":3}");
    var fourth = intake.telemetry(DEVICE, "{\"t\":4}");

    assertEquals(Outcome.kept(), outcomeOf(third));
    assertEquals(Outcome.kept(), outcomeOf(fourth));
    assertEquals(2, intake.batches());
  }

  private static IntakeSettings settings() {
    return new IntakeSettings(
        2,
        3,
        4 << 20,
        Duration.ofHours(1),
        Duration.ofSeconds(20),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofMillis(20),
        Duration.ofMillis(500),
        1 << 20,
        TestIntake.DEAD_LETTER_BYTES,
        ReadingLimits.DEFAULT);
  }
}
