package io.muster.ingest.packetlog;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries on their way into the service's log. */
class PacketJournalTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "boiler");

  private final Vertx vertx = Vertx.vertx();
  private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());
  private final LastEntries entries =
      new LastEntries(
          json,
          new SmallRyeConfigBuilder()
              .withConverter(Duration.class, 200, new DurationConverter())
              .withMapping(PacketLogConfig.class)
              .build()
              .getConfigMapping(PacketLogConfig.class));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PacketLogMeters meters = new PacketLogMeters(registry);
  private final CopyOnWriteArrayList<LogRecord> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger("io.muster.ingest.packets");
  private final Handler recording =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          if (line instanceof ExtLogRecord extended) {
            extended.copyMdc();
          }
          lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void record() {
    logger.addHandler(recording);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(recording);
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private PacketEntry entry() {
    return new PacketEntry(
        Instant.EPOCH,
        "one",
        "0a0b",
        7L,
        "10.0.0.1",
        "in",
        "PUBLISH",
        Map.of("topic", "telemetry/acme/boiler"),
        3L);
  }

  private double count(String outcome) {
    return registry.get("muster.packet.log.entries").tag("outcome", outcome).counter().count();
  }

  @Test
  void writesALineWithEverythingAsFields() {
    var journal =
        new PacketJournal(
            told -> Uni.createFrom().voidItem(),
            json,
            vertx,
            entries,
            meters,
            Duration.ofMillis(10));
    journal.take(DEVICE, entry());
    await().atMost(Duration.ofMinutes(1)).until(() -> lines.size() == 1);
    var line = (ExtLogRecord) lines.getFirst();
    assertEquals(
        "acme/boiler 0a0b in PUBLISH topic=telemetry/acme/boiler; 3 were left out before",
        line.getFormattedMessage());
    await().atMost(Duration.ofMinutes(1)).until(() -> count("left-out") == 3);
    assertEquals(1, count("written"));
    assertEquals("acme", line.getMdc("tenant"));
    assertEquals("boiler", line.getMdc("device"));
    assertEquals("0a0b", line.getMdc("connection"));
    assertEquals("7", line.getMdc("connectionId"));
    assertEquals("in", line.getMdc("direction"));
    assertEquals("PUBLISH", line.getMdc("packet"));
    assertEquals("telemetry/acme/boiler", line.getMdc("topic"));
  }

  @Test
  void withTheDatabaseAwayThisReplicaStillHears() {
    var journal =
        new PacketJournal(
            told -> Uni.createFrom().failure(new IllegalStateException("away")),
            json,
            vertx,
            entries,
            meters,
            Duration.ofMillis(10));
    journal.take(DEVICE, entry());
    await().atMost(Duration.ofMinutes(1)).until(() -> entries.of(DEVICE, 10).size() == 1);
    journal.take(DEVICE, entry());
    await().atMost(Duration.ofMinutes(1)).until(() -> entries.of(DEVICE, 10).size() == 2);
  }

  @Test
  void aFollowerForWhomTooMuchWaitsIsToldSoAndDropped() {
    entries.begin(DEVICE);
    var heard =
        entries
            .follow(DEVICE, new LogFollower())
            .subscribe()
            .withSubscriber(AssertSubscriber.<LogEvent>create(0));
    for (int i = 0; i < 1_100; i++) {
      entries.heard(DEVICE, entry());
    }
    heard.request(Long.MAX_VALUE).awaitCompletion();
    assertEquals(LogEvent.OPEN, heard.getItems().getFirst());
    assertEquals(1_001, heard.getItems().size());
    assertEquals(LogEvent.end("too-slow"), heard.getItems().getLast());
  }
}
