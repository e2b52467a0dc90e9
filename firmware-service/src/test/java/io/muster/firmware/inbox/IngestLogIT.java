package io.muster.firmware.inbox;

import static io.muster.firmware.HandWired.bean;
import static io.muster.firmware.HandWired.config;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.actions.Reminders;
import io.muster.firmware.database.Sql;
import io.muster.firmware.targets.TargetTable;
import io.muster.firmware.targets.UnsureTargets;
import io.muster.outbox.OutboxEntry;
import io.muster.outbox.SharedEffects;
import io.muster.rest.client.NeighbourAwayException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What devices say is taken when nobody knows for a moment whether they may take part. */
class IngestLogIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeviceAddress LAMP = DeviceAddress.of("acme", "lamp-1");
  private static final DeviceAddress SECOND = DeviceAddress.of("acme", "lamp-2");
  private static final DeviceAddress THIRD = DeviceAddress.of("acme", "lamp-3");

  /** Those of other tests use the same server, and none of them at the same time. */
  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query LIKE '%target%'";

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
  @TempDir Path folder;
  private PlainParts parts;
  private IngestLog log;
  private long position;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, Clock.systemUTC());
    log =
        bean(
            IngestLog.class,
            parts.neighbours,
            bean(UnsureTargets.class, parts.database, parts.neighbours),
            parts.database,
            parts.actions,
            bean(Reminders.class, parts.messages),
            new SimpleMeterRegistry());
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void afterAGapInTheRegistrysLogDevicesAreHeardAndTold() {
    give(LAMP);
    change(TargetTable::forgetAll);
    listens(LAMP);
    var before = notices();
    follow();
    assertEquals(before + 1, notices());
    change(TargetTable::forgetAll);
    saysThatItIsThrough(LAMP);
    follow();
    assertEquals("finished", state(LAMP));
  }

  @Test
  void whoIsDisabledAndEnabledAgainIsHeard() {
    give(LAMP);
    change(db -> TargetTable.disabled(db, LAMP));
    change(db -> TargetTable.updated(db, LAMP));
    saysThatItIsThrough(LAMP);
    follow();
    assertEquals("finished", state(LAMP));
  }

  @Test
  void whoSpeaksBeforeTheRegistrysLogTellsThatItMayIsHeard() {
    give(LAMP);
    change(db -> TargetTable.disabled(db, LAMP));
    saysThatItIsThrough(LAMP);
    follow();
    assertEquals("finished", state(LAMP));
  }

  @Test
  void whoMayNotTakePartIsNotHeard() {
    give(LAMP);
    change(TargetTable::forgetAll);
    parts.registry.add(LAMP, "lamp", false);
    saysThatItIsThrough(LAMP);
    follow();
    assertEquals("open", state(LAMP));
  }

  @Test
  void withTheRegistryAwayAPageWaits() {
    give(LAMP);
    saysThatItIsThrough(LAMP);
    change(TargetTable::forgetAll);
    parts.registry.away(true);
    assertThrows(NeighbourAwayException.class, this::follow);
    assertEquals("open", state(LAMP));
    parts.registry.away(false);
    follow();
    assertEquals("finished", state(LAMP));
  }

  @Test
  void manyAreAskedForAtOnce() {
    var lamps =
        IntStream.range(0, 450).mapToObj(i -> DeviceAddress.of("acme", "l%03d".formatted(i)));
    var all = lamps.toList();
    all.forEach(parts.registry::add);
    change(
        db ->
            TargetTable.rememberAll(
                db,
                LAMP.tenant(),
                all.stream().map(it -> it.device().value()).toArray(String[]::new),
                all.stream().map(_ -> true).toArray(Boolean[]::new)));
    change(TargetTable::forgetAll);
    all.forEach(this::listens);
    var before = parts.registry.questions();
    follow();
    // The page, and three times some of them, twice.
    assertEquals(before + 7, parts.registry.questions());
    assertEquals(450, DATABASE.number("SELECT count(*) FROM target WHERE known AND enabled"));
  }

  /** What the registry's log tells in between finds rows that are not sure yet. */
  @Test
  void whoIsDisabledWhileItIsAskedForIsNotHeard() {
    give(LAMP);
    change(TargetTable::forgetAll);
    saysThatItIsThrough(LAMP);
    var asked = new AtomicInteger();
    parts.registry.meanwhile(
        () -> {
          if (asked.getAndIncrement() == 0) {
            parts.registry.add(LAMP, "lamp", false);
            change(db -> TargetTable.disabled(db, LAMP));
          }
        });
    follow();
    assertEquals("open", state(LAMP));
    assertEquals(3, asked.get());
  }

  /** Rollouts lock many in the order of their keys; a page tells of them in any order. */
  @Test
  void aPageAndATurnOfARolloutDoNotWaitForEachOther() {
    give(LAMP);
    give(SECOND);
    saysThatItIsThrough(SECOND);
    saysThatItIsThrough(LAMP);
    var page = page();
    whileATurnLocks(() -> apply(log, page));
    assertEquals("finished", state(LAMP));
    assertEquals("finished", state(SECOND));
  }

  @Test
  void norDoesAPageOfTheRegistrys() {
    give(LAMP);
    give(SECOND);
    var rollouts = named("rollouts.ContinuousRollouts");
    var registryLog =
        bean(
            RegistryLog.class,
            parts.database,
            bean(rollouts, config(named("rollouts.RolloutsConfig"), Map.of()), Clock.systemUTC()),
            Clock.systemUTC());
    parts.registry.tell("platform/registry/device-disabled/" + SECOND, null, new byte[0]);
    parts.registry.tell("platform/registry/device-disabled/" + LAMP, null, new byte[0]);
    var page = parts.neighbours.registryEvents(0, 10).await().atMost(PATIENCE).items();
    whileATurnLocks(() -> apply(registryLog, page));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM target WHERE NOT enabled"));
  }

  /**
   * A join leaves out what changes meanwhile (decision 0021), and the device would not be heard.
   */
  @Test
  void whoPollsWhileItIsLearntOfIsHeard() {
    var devices = List.of(LAMP, SECOND, THIRD);
    devices.forEach(this::give);
    change(db -> db.change("UPDATE target SET known = false"));
    devices.forEach(this::saysThatItIsThrough);
    var taken =
        parts.database.inTransaction(
            db -> {
              db.change("UPDATE target SET polled_at = now() WHERE key = $1", key(db, SECOND));
              return waiting(this::follow);
            });
    taken.join();
    for (var device : devices) {
      assertEquals("finished", state(device), device::toString);
    }
  }

  /** One device is held; when the page waits the other one is wanted as well. */
  private void whileATurnLocks(Runnable page) {
    var taken =
        parts.database.inTransaction(
            db -> {
              TargetTable.lock(db, key(db, LAMP));
              var taking = waiting(page);
              TargetTable.lock(db, key(db, SECOND));
              return taking;
            });
    taken.join();
  }

  /** That waits for a lock; what fails before says so. */
  private CompletableFuture<Void> waiting(Runnable page) {
    var taking =
        CompletableFuture.runAsync(
            () -> {
              // Of a thread that is made elsewhere it is another one, which knows other classes.
              Thread.currentThread().setContextClassLoader(loader);
              page.run();
            });
    await().atMost(PATIENCE).until(() -> taking.isDone() || DATABASE.number(WAITING) > 0);
    if (taking.isDone()) {
      taking.join();
      throw new AssertionError("it did not wait");
    }
    return taking;
  }

  private void give(DeviceAddress device) {
    parts.registry.add(device);
    parts.targets.enabled(device).orElseThrow();
    change(
        db -> {
          db.change(
              "INSERT INTO distribution (id, tenant, name, version, device_types, created_at,"
                  + " created_by) VALUES ($1, $2, $3, '1.0', '{}', now(), 'pat')",
              UUID.randomUUID(),
              device.tenant().value(),
              "of " + device.device());
          db.change(
              "INSERT INTO action (target_key, number, distribution_key, state, forced,"
                  + " created_at, created_by)"
                  + " VALUES ($1, 1, (SELECT max(key) FROM distribution), 'open', true, now(),"
                  + " 'pat')",
              key(db, device));
        });
  }

  private static long key(Sql db, DeviceAddress device) {
    return db.number(
        "SELECT key FROM target WHERE tenant = $1 AND device = $2",
        device.tenant().value(),
        device.device().value());
  }

  private String state(DeviceAddress device) {
    return parts.database.use(
        db ->
            db.first("SELECT state FROM action WHERE target_key = $1", key(db, device))
                .orElseThrow()
                .getString("state"));
  }

  private long notices() {
    return DATABASE.number("SELECT count(*) FROM outbox WHERE topic LIKE 'firmware/%/notify'");
  }

  private void saysThatItIsThrough(DeviceAddress device) {
    parts.registry.tell(
        "firmware/" + device + "/feedback",
        "application/json",
        "{\"id\":1,\"status\":{\"execution\":\"closed\",\"result\":{\"finished\":\"success\"}}}"
            .getBytes(StandardCharsets.UTF_8));
  }

  private void listens(DeviceAddress device) {
    var event =
        OutboxEntry.event(
            UUID.randomUUID(),
            PlatformTopic.of(ServiceName.INGEST, "session/subscribed", device),
            new SubscribedEvent("x", 1, List.of("firmware/+/+/notify"), Instant.now()),
            Instant.now(),
            Map.of());
    parts.registry.tell(event.topic(), event.contentType(), event.payload());
  }

  private void follow() {
    apply(log, page());
  }

  private List<OutboxEvent> page() {
    var page = log.page(position, 1_000).await().atMost(PATIENCE);
    position = page.next();
    return page.items().stream().filter(log::wants).toList();
  }

  private static void apply(SharedEffects.Reader reader, List<OutboxEvent> events) {
    DATABASE.pool().withTransaction(db -> reader.apply(db, events)).await().atMost(PATIENCE);
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName("io.muster.firmware." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private void change(Consumer<Sql> work) {
    parts.database.inTransaction(
        db -> {
          work.accept(db);
          return null;
        });
  }
}
