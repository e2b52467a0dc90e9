package io.muster.ingest.deadletters;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.StoreDatabase;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quarantine of two replicas, in a real database. */
class QuarantineIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int DEVICES = 5_000;

  @TempDir static Path folder;
  private static StoreDatabase database;

  private final AtomicInteger statements = new AtomicInteger();

  /** No minute ends while it counts. */
  private final Clock clock = Clock.fixed(Instant.now(), ZoneOffset.UTC);

  private final Quarantine quarantine = new Quarantine(counted(), clock, 1);
  private final Quarantine other = new Quarantine(database.pool(), Clock.systemUTC(), 1);

  @BeforeAll
  static void start() {
    database = StoreDatabase.start(folder);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void manyDevicesAtOnceCostFewStatements() {
    for (int i = 0; i < DEVICES; i++) {
      fill(DeviceAddress.of("many", "d" + i));
    }
    await()
        .atMost(PATIENCE)
        .until(() -> database.number("SELECT count(*) FROM quarantine") == DEVICES);
    StoreDatabase.await(quarantine.reload());
    assertTrue(statements.get() <= DEVICES / 10, () -> statements + " statements");
    assertTrue(quarantine.holds(DeviceAddress.of("many", "d" + (DEVICES - 1))));
    StoreDatabase.await(other.reload());
    assertTrue(other.holds(DeviceAddress.of("many", "d0")));
  }

  @Test
  void aReleasedDeviceBeginsAnew() {
    var device = DeviceAddress.of("released", "one");
    fill(device);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                database.number("SELECT count(*) FROM quarantine WHERE tenant = 'released'") == 1);
    StoreDatabase.await(quarantine.refresh());
    assertTrue(quarantine.holds(device));
    database.run("DELETE FROM quarantine WHERE tenant = 'released'");
    StoreDatabase.await(quarantine.reload());
    assertFalse(quarantine.holds(device));
    assertTrue(quarantine.admits(device, DeadLetterReason.EMPTY));
    assertEquals(0, database.number("SELECT count(*) FROM quarantine WHERE tenant = 'released'"));
  }

  /** Planned as for many devices: with few PostgreSQL would not go through the index. */
  @Test
  void whatTwoReplicasCountAtOnceIsKeptOfBoth() {
    var devices =
        IntStream.range(0, 3).mapToObj(n -> DeviceAddress.of("counted", "d" + n)).toList();
    var changing = StoreDatabase.await(database.pool().getConnection());
    var connection = StoreDatabase.await(database.pool().getConnection());
    StoreDatabase.await(
        connection
            .query(
                "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off")
            .execute());
    var one = new Quarantine(connection, clock, 1);
    devices.forEach(device -> fill(one, device));
    await()
        .atMost(PATIENCE)
        .until(
            () -> database.number("SELECT count(*) FROM quarantine WHERE tenant = 'counted'") == 3);
    StoreDatabase.await(
        changing
            .query(
                "BEGIN; UPDATE quarantine SET refused_messages = refused_messages + 1"
                    + " WHERE tenant = 'counted'")
            .execute());
    var refreshed = one.refresh();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                database.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                    > 0);
    StoreDatabase.await(changing.query("COMMIT").execute());
    StoreDatabase.await(refreshed);
    assertEquals(
        3,
        database.number(
            "SELECT count(*) FROM quarantine WHERE tenant = 'counted' AND refused_messages = 2"));
    StoreDatabase.await(connection.query("RESET ALL").execute());
    StoreDatabase.await(Future.all(changing.close(), connection.close()));
  }

  private void fill(DeviceAddress device) {
    fill(quarantine, device);
  }

  private static void fill(Quarantine quarantine, DeviceAddress device) {
    assertTrue(quarantine.admits(device, DeadLetterReason.EMPTY));
    assertFalse(quarantine.admits(device, DeadLetterReason.EMPTY));
  }

  private SqlClient counted() {
    return (SqlClient)
        Proxy.newProxyInstance(
            SqlClient.class.getClassLoader(),
            new Class<?>[] {SqlClient.class},
            (proxy, method, arguments) -> {
              statements.incrementAndGet();
              try {
                return method.invoke(database.pool(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
