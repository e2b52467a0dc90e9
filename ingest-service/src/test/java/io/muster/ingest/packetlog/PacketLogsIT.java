package io.muster.ingest.packetlog;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.muster.ingest.endpoint.packetlog.PacketSink;
import io.muster.ingest.endpoint.packetlog.PacketSwitch;
import io.muster.ingest.intake.StoreDatabase;
import io.muster.ingest.notifications.TestNotifications;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packet logs at two replicas that share a real database. */
class PacketLogsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger TENANTS = new AtomicInteger();

  @TempDir static Path folder;
  private static StoreDatabase database;

  private final Replica one = new Replica();
  private final Replica two = new Replica();
  private final String tenant = "log-" + TENANTS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of(tenant, "pump");

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
    one.notifications.stop();
    two.notifications.stop();
    database.run("DELETE FROM packet_log");
  }

  /** A replica, but for its endpoint. */
  private static final class Replica {
    final TestNotifications notifications = TestNotifications.start(database);
    final PacketLogConfig config = config();
    final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final PacketLogMeters meters = new PacketLogMeters(registry);
    final SwitchTable table = new SwitchTable(database.pool(), config);
    final LastEntries entries = new LastEntries(json, config);
    final PacketJournal journal =
        new PacketJournal(notifications.get(), json, database.vertx(), entries, meters, config);
    volatile Map<DeviceAddress, PacketSwitch> on = Map.of();
    volatile PacketSink sink;

    Replica() {
      new PacketLogWatch(
          notifications.get(),
          table,
          (wanted, perSecond, given) -> {
            on = wanted.stream().collect(Collectors.toMap(PacketSwitch::device, it -> it));
            sink = given;
          },
          journal,
          entries,
          meters,
          config,
          database.vertx());
    }

    double gauge() {
      return registry.get("muster.packet.log.devices").gauge().value();
    }

    StoredSwitch put(DeviceAddress device, Integer minutes, Boolean payloads) {
      return table.put(device, new PacketLogSwitch(minutes, payloads)).await().atMost(PATIENCE);
    }

    Boolean remove(DeviceAddress device) {
      return table.remove(device).await().atMost(PATIENCE);
    }

    List<String> packets(DeviceAddress device) {
      return entries.of(device, 100).stream().map(PacketEntry::packet).toList();
    }
  }

  private static PacketLogConfig config() {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(PacketLogConfig.class)
        .withDefaultValue("muster.packet-log.devices", "3")
        .withDefaultValue("muster.packet-log.devices-of-tenant", "2")
        .withDefaultValue("muster.packet-log.keep", "5")
        .withDefaultValue("muster.packet-log.followers", "1")
        .withDefaultValue("muster.packet-log.read-every", "500ms")
        .withDefaultValue("muster.packet-log.tell-every", "20ms")
        .build()
        .getConfigMapping(PacketLogConfig.class);
  }

  private static PacketEntry entry(String packet) {
    return new PacketEntry(
        Instant.now(), "two", "0a0b0c0d", null, "10.0.0.1", "in", packet, Map.of("qos", 1), null);
  }

  private void awaitOn(Replica replica) {
    await()
        .atMost(PATIENCE)
        .until(() -> replica.on.containsKey(device) && replica.entries.isOn(device));
  }

  /** Both hear what is told: they may read what is on before they listen. */
  private void awaitListening() {
    var other = DeviceAddress.of(tenant, "other");
    one.put(other, 5, false);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              two.sink.take(other, entry("TRIED"));
              return !one.packets(other).isEmpty() && !two.packets(other).isEmpty();
            });
  }

  @Test
  void aSwitchAtOneReplicaReachesTheOther() {
    var put = one.put(device, 5, true);
    assertTrue(put.isOn());
    assertEquals(Duration.ofMinutes(5), Duration.between(put.since(), put.until()));
    awaitOn(two);
    await().atMost(PATIENCE).until(() -> two.gauge() == 1);
    assertTrue(two.on.get(device).payloads());
    assertTrue(two.on.get(device).left().compareTo(Duration.ofMinutes(5)) <= 0);
    assertTrue(two.on.get(device).left().compareTo(Duration.ofMinutes(4)) > 0);
    assertEquals(true, one.remove(device));
    await().atMost(PATIENCE).until(() -> two.on.isEmpty() && one.on.isEmpty());
    assertNull(one.remove(device));
  }

  @Test
  void aSwitchWhoseWordWasLostIsFoundByReading() {
    database.run(
        "INSERT INTO packet_log VALUES ($1, 'pump', false, now(), now() + interval '1 hour')",
        tenant);
    awaitOn(two);
    database.run("UPDATE packet_log SET ends_at = now() WHERE tenant = $1", tenant);
    await().atMost(PATIENCE).until(() -> two.on.isEmpty());
    assertFalse(one.table.find(device).await().atMost(PATIENCE).isOn());
  }

  @Test
  void entriesOfOneReplicaAreReadAndFollowedAtTheOther() {
    one.put(device, 5, false);
    awaitOn(one);
    awaitOn(two);
    awaitListening();
    var heard = new CopyOnWriteArrayList<LogEvent>();
    one.entries.follow(device, new LogFollower()).subscribe().with(heard::add);
    await().atMost(PATIENCE).until(() -> heard.contains(LogEvent.OPEN));
    for (int i = 0; i < 7; i++) {
      two.sink.take(device, entry("P" + i));
    }
    await().atMost(PATIENCE).until(() -> heard.size() == 8);
    assertEquals("packet", heard.getLast().name());
    assertTrue(heard.getLast().data().contains("\"packet\":\"P6\""), heard::toString);
    assertEquals(List.of("P2", "P3", "P4", "P5", "P6"), one.packets(device));
    await().atMost(PATIENCE).until(() -> two.packets(device).size() == 5);
    assertEquals(2, one.entries.of(device, 2).size());
    two.remove(device);
    await().atMost(PATIENCE).until(() -> heard.getLast().equals(LogEvent.end("off")));
    assertEquals(List.of(), one.packets(device));
  }

  @Test
  void anEntryTooLargeToBeToldIsToldWithoutItsFields() {
    one.put(device, 5, false);
    awaitOn(one);
    awaitOn(two);
    awaitListening();
    var fields = Map.<String, Object>of("topic", "x".repeat(9_000));
    two.sink.take(
        device,
        new PacketEntry(Instant.now(), "two", "a", 1L, "10.0.0.1", "in", "BIG", fields, null));
    await().atMost(PATIENCE).until(() -> one.packets(device).contains("BIG"));
    assertEquals(Map.of("cut", true), one.entries.of(device, 1).getFirst().fields());
  }

  @Test
  void asManyFollowAtAReplicaAsMay() {
    var off =
        assertThrows(RefusedException.class, () -> one.entries.follow(device, new LogFollower()));
    assertTrue(off.refusal() instanceof Refusal.Conflict, off::toString);
    one.put(device, 5, false);
    awaitOn(one);
    var follower = new LogFollower();
    one.entries.follow(device, follower).subscribe().with(event -> {});
    assertLimit(() -> one.entries.follow(device, new LogFollower()));
    follower.end("test");
    one.entries.follow(device, new LogFollower()).subscribe().with(event -> {});
  }

  @Test
  void asManyDevicesAreOnAtOnceAsMay() {
    one.put(device, 5, false);
    one.put(DeviceAddress.of(tenant, "b"), 5, false);
    assertLimit(() -> two.put(DeviceAddress.of(tenant, "c"), 5, false));
    two.put(device, 60, true);
    var other = DeviceAddress.of(tenant + "-other", "d");
    two.put(other, 5, false);
    assertLimit(() -> two.put(DeviceAddress.of(tenant + "-third", "e"), 5, false));
    database.run("UPDATE packet_log SET ends_at = now() WHERE tenant = $1", tenant);
    two.put(DeviceAddress.of(tenant, "c"), 5, false);
  }

  @Test
  void whatEndedAnHourAgoIsForgotten() {
    database.run(
        "INSERT INTO packet_log VALUES ($1, 'old', false, now(), now() - interval '61 min')",
        tenant);
    one.put(device, 5, false);
    assertEquals(1, database.number("SELECT count(*) FROM packet_log"));
  }

  private static void assertLimit(org.junit.jupiter.api.function.Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertTrue(refused.refusal() instanceof Refusal.LimitReached, refused::toString);
  }
}
