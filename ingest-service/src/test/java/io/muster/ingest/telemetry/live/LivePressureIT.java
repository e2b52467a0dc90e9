package io.muster.ingest.telemetry.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.intake.StoreDatabase;
import io.muster.ingest.notifications.TestNotifications;
import io.muster.ingest.telemetry.TelemetryConfig;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live feeds while the intake needs the machine, through a real database. */
class LivePressureIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "one");

  @TempDir static Path folder;
  private static StoreDatabase database;

  private final AtomicBoolean pressed = new AtomicBoolean();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());
  private final TestNotifications notifications = TestNotifications.start(database);
  private final TelemetryConfig config =
      new SmallRyeConfigBuilder()
          .withConverter(Duration.class, 200, new DurationConverter())
          .withMapping(TelemetryConfig.class)
          .withDefaultValue("muster.telemetry.live.shed-every", "50ms")
          .build()
          .getConfigMapping(TelemetryConfig.class);
  private final LiveShedding shedding = new LiveShedding(pressed::get, meters);
  private final LiveTeller teller =
      new LiveTeller(
          payloads -> notifications.get().tell(LiveTeller.CHANNEL, payloads),
          json,
          database.vertx(),
          config.live(),
          shedding::isPressed,
          Clock.systemUTC());
  private final LiveFeed feed =
      new LiveFeed(
          notifications.get(), teller, null, json, config, shedding, meters, database.vertx());

  @BeforeAll
  static void start() {
    database = StoreDatabase.start(folder);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @AfterEach
  void end() {
    notifications.stop();
  }

  private CopyOnWriteArrayList<LiveEvent> follow() {
    var heard = new CopyOnWriteArrayList<LiveEvent>();
    feed.follow(Interest.in(DEVICE), Duration.ofHours(1)).subscribe().with(heard::add);
    await().atMost(PATIENCE).until(() -> heard.contains(LiveEvent.OPEN));
    return heard;
  }

  private double shed() {
    return meters.get("muster.live.shed").counter().count();
  }

  @Test
  void thoseThatRunEndNoneBeginsAndAfterwardsTheyMayAgain() {
    var heard = follow();
    assertEquals(1, meters.get("muster.live.clients").gauge().value());
    pressed.set(true);
    await().atMost(PATIENCE).until(() -> heard.getLast().equals(LiveEvent.end("busy")));
    await().atMost(PATIENCE).until(() -> meters.get("muster.live.clients").gauge().value() == 0);
    await().atMost(PATIENCE).until(() -> shed() == 1);
    var refused =
        assertThrows(
            RefusedException.class, () -> feed.follow(Interest.in(DEVICE), Duration.ofHours(1)));
    assertTrue(refused.refusal() instanceof Refusal.Unavailable, refused::toString);
    assertEquals(2, shed());
    pressed.set(false);
    var again = follow();
    await().atMost(PATIENCE).until(() -> teller.interests().in(Interest.in(DEVICE)));
    teller.stored(
        DEVICE, List.of(Reading.of(Instant.EPOCH, Map.of("s", new ReadingValue.Text("x")))));
    await().atMost(PATIENCE).until(() -> again.getLast().name().equals("reading"));
  }
}
