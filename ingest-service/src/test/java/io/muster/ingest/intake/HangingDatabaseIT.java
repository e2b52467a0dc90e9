package io.muster.ingest.intake;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that hangs, with its connections open, while devices have nothing to say. */
class HangingDatabaseIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void isNoticedWithoutAMessageAndGoneOnWithWhenItAnswersAgain() {
    try (var database = StoreDatabase.start(folder);
        var intake = TestIntake.on(database)) {
      var device = DeviceAddress.of("hanging", "one");
      assertEquals(Outcome.kept(), TestIntake.outcomeOf(intake.telemetry(device, "{\"a\":1}")));
      database.freeze();
      try {
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertTrue(("" + intake.lanes().reason()).contains("does not answer")));
      } finally {
        database.thaw();
      }
      await().atMost(PATIENCE).until(() -> intake.lanes().reason() == null);
      assertEquals(Outcome.kept(), TestIntake.outcomeOf(intake.telemetry(device, "{\"a\":2}")));
    }
  }

  @Test
  void itIsSeenHowLongWhatDevicesSayWaitsAndHowLongItHasWaited() {
    try (var database = StoreDatabase.start(folder);
        var intake = TestIntake.on(database)) {
      var device = DeviceAddress.of("hanging", "two");
      assertEquals(Outcome.kept(), TestIntake.outcomeOf(intake.telemetry(device, "{\"a\":1}")));
      await().atMost(PATIENCE).until(() -> intake.waiting() == 0);
      var before = intake.stalls();
      CompletableFuture<Outcome> waiting;
      database.freeze();
      try {
        waiting = intake.telemetry(device, "{\"a\":2}");
        await().atMost(PATIENCE).until(() -> intake.waiting() > 1.5);
      } finally {
        database.thaw();
      }
      assertEquals(Outcome.kept(), TestIntake.outcomeOf(waiting));
      await().atMost(PATIENCE).until(() -> intake.waiting() == 0);
      await().atMost(PATIENCE).until(() -> intake.stalls() == before + 1);
    }
  }
}
