package io.muster.command.commands;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.command.CommandDatabase;
import io.muster.command.HandWired;
import io.muster.command.Neighbour;
import io.muster.command.database.Database;
import io.muster.command.jobs.ContinuousJobs;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.Queues;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.SharedEffects;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A device that is deleted while the registry's word that it is there is on its way. */
class KnownDevicesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private static final String PLACE =
      """
      INSERT INTO followed_log (log, position) VALUES ('registry', %d)
      ON CONFLICT (log) DO UPDATE SET position = excluded.position\
      """;

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  @TempDir Path folder;
  private final AtomicInteger place = new AtomicInteger();
  private Vertx vertx;
  private Neighbour registry;
  private SharedEffects.Reader log;
  private KnownDevices devices;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    registry = new Neighbour();
    registry.add(DEVICE);
    var token = Files.writeString(folder.resolve("token"), "token");
    var settings =
        Map.of(
            "muster.command.neighbours.registry-url", registry.url(),
            "muster.command.neighbours.ingest-url", registry.url(),
            "muster.command.neighbours.service-token-file", token.toString(),
            "muster.command.neighbours.request-timeout", "60s",
            "muster.command.database.transaction-timeout", "60s");
    var database =
        bean(Database.class, DATABASE.pool(), config(named("database.PoolConfig"), settings));
    var clock = Clock.systemUTC();
    var queues = bean(Queues.class, database, clock, HandWired.event(written -> {}));
    var jobs = bean(ContinuousJobs.class, config(named("jobs.JobsConfig"), settings), clock);
    log = (SharedEffects.Reader) bean(named("inbox.RegistryLog"), queues, jobs, clock);
    var neighbours =
        bean(Neighbours.class, vertx, config(named("neighbours.NeighboursConfig"), settings));
    devices = new KnownDevices(database, neighbours);
  }

  @AfterEach
  void stop() {
    registry.close();
    vertx.closeAndAwait();
  }

  @Test
  void isNotBelievedToBeThere() {
    registry.whenAsked(
        () -> {
          if (place.get() == 0) {
            registry.remove(DEVICE);
            tellOfItsEnd();
          }
        });
    var refused = assertThrows(RefusedException.class, this::queue).refusal();
    assertInstanceOf(Refusal.Absent.class, refused);
    assertEquals(0, DATABASE.number("SELECT count(*) FROM device_queue WHERE known"));
  }

  @Test
  void isAskedAboutOnceMoreAndFoundWhenItIsThereAgain() {
    registry.whenAsked(
        () -> {
          if (place.get() == 0) {
            tellOfItsEnd();
          }
        });
    assertNotNull(queue());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM device_queue WHERE known"));
  }

  @Test
  void thatComesAndGoesWithoutAnEndIsNotKnown() {
    registry.whenAsked(this::tellOfItsEnd);
    var refused = assertThrows(RefusedException.class, this::queue).refusal();
    assertInstanceOf(Refusal.Unavailable.class, refused);
    assertEquals(3, place.get());
  }

  @Test
  void anEndOfLongAgoIsInNobodysWay() {
    tellOfItsEnd();
    assertNotNull(queue());
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM device_queue WHERE known AND NOT deleted"));
  }

  private Long queue() {
    return devices.queueOf(DEVICE).await().atMost(PATIENCE);
  }

  private void tellOfItsEnd() {
    var sequence = place.incrementAndGet();
    var event =
        new OutboxEvent(
            sequence,
            UUID.randomUUID(),
            "platform/registry/device-deleted/" + DEVICE,
            1,
            null,
            Map.of(),
            new byte[0],
            Instant.now());
    DATABASE
        .pool()
        .withTransaction(
            db ->
                log.apply(db, List.of(event))
                    .flatMap(done -> db.query(PLACE.formatted(sequence)).execute()))
        .await()
        .atMost(PATIENCE);
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName("io.muster.command." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
