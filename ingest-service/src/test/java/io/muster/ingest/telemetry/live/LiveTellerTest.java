package io.muster.ingest.telemetry.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.telemetry.TelemetryConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveTellerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int STORED_BY_EACH = 100;
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "one");

  private final Vertx vertx = Vertx.vertx();
  private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AtomicInteger failing = new AtomicInteger();
  private final AtomicInteger telling = new AtomicInteger();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicBoolean pressed = new AtomicBoolean();

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void tellsOneAfterTheOtherWhateverManyLanesStore() {
    var teller = teller(Map.of("muster.telemetry.live.every", "1ms"));
    var lanes = Stream.generate(vertx::getOrCreateContext).limit(4).toList();
    for (Context lane : lanes) {
      lane.runOnContext(now -> storeAgainAndAgain(teller, STORED_BY_EACH));
    }
    await().atMost(PATIENCE).until(() -> readings() + skipped() == 4 * STORED_BY_EACH);
    assertEquals(0, atOnce.get());
  }

  @Test
  void whatCouldNotBeToldIsAGap() {
    failing.set(1);
    var teller = teller(Map.of());
    teller.stored(DEVICE, Collections.nCopies(7, reading("x")));
    await().atMost(PATIENCE).until(() -> skipped() == 7);
    assertEquals(0, readings());
  }

  @Test
  void whatWaitsIsBoundedInBytes() {
    var teller =
        teller(
            Map.of(
                "muster.telemetry.live.waiting-bytes", "100000",
                "muster.telemetry.live.every", "500ms"));
    teller.stored(DEVICE, Collections.nCopies(100, reading("x".repeat(8_000))));
    await().atMost(PATIENCE).until(() -> readings() + skipped() == 100);
    assertTrue(readings() <= 12, () -> readings() + " readings waited");
  }

  @Test
  void whatIsStoredUnderPressureIsAGap() {
    var teller = teller(Map.of());
    pressed.set(true);
    teller.stored(DEVICE, Collections.nCopies(7, reading("x")));
    pressed.set(false);
    teller.stored(DEVICE, List.of(reading("y")));
    await().atMost(PATIENCE).until(() -> skipped() == 7 && readings() == 1);
  }

  private void storeAgainAndAgain(LiveTeller teller, int times) {
    teller.stored(DEVICE, List.of(reading("x")));
    if (times > 1) {
      vertx.setTimer(1, now -> storeAgainAndAgain(teller, times - 1));
    }
  }

  private LiveTeller teller(Map<String, String> settings) {
    var config =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(TelemetryConfig.class)
            .withDefaultValues(settings)
            .build()
            .getConfigMapping(TelemetryConfig.class);
    var teller =
        new LiveTeller(this::tell, json, vertx, config.live(), pressed::get, Clock.systemUTC());
    teller.interests().add(Interest.in(DEVICE), Duration.ofHours(1));
    return teller;
  }

  private Uni<Void> tell(List<String> payloads) {
    if (telling.getAndIncrement() > 0) {
      atOnce.incrementAndGet();
    }
    return Uni.createFrom()
        .voidItem()
        .onItem()
        .delayIt()
        .by(Duration.ofMillis(5))
        .onItem()
        .invoke(
            () -> {
              telling.decrementAndGet();
              if (failing.getAndDecrement() > 0) {
                throw new IllegalStateException("away");
              }
              told.addAll(payloads);
            });
  }

  private long readings() {
    return tellings().filter(one -> !one.has("skipped")).count();
  }

  private long skipped() {
    return tellings()
        .filter(one -> one.has("skipped"))
        .mapToLong(one -> one.get("skipped").asLong())
        .sum();
  }

  private Stream<JsonNode> tellings() {
    return told.stream().flatMap(payload -> read(payload).valueStream());
  }

  private JsonNode read(String payload) {
    try {
      return json.readTree(payload);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Reading reading(String text) {
    return Reading.of(Instant.EPOCH, Map.of("s", new ReadingValue.Text(text)));
  }
}
