package io.muster.ingest.removal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.TableRows;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.intake.StoreDatabase;
import io.muster.outbox.TenantPart;
import io.muster.outbox.TenantRemovals;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing stays of a tenant that was deleted, whatever table it was in. */
class TenantRemainsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of which nothing passes by itself. */
  private static final Duration LONG_REST = Duration.ofMinutes(10);

  /** Tables that hold nothing of a tenant, or what goes by age or has to stay. */
  private static final Set<String> NOT_REMOVED =
      Set.of(
          "outbox",
          "outbox_counter",
          "service_ordinal",
          "field_set",
          "reading_partition",
          "endpoint_replica",
          "mqtt_takeover",
          "site_log",
          "tenant_removal",
          "uplink");

  /** What goes with the sessions. */
  private static final Set<String> OF_SESSIONS = Set.of("exactly_once", "outgoing_exactly_once");

  private static StoreDatabase database;
  private static Pool pool;

  private final List<TenantRemovals> started = new ArrayList<>();
  private Connection connection;
  private TableRows rows;

  @BeforeAll
  static void start(@TempDir Path folder) {
    database = StoreDatabase.start(folder);
    pool = Pool.newInstance(database.pool());
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @BeforeEach
  void fill() throws SQLException {
    connection = database.connect();
    rows = new TableRows(connection);
    rows.run("TRUNCATE tenant_removal, removed_device, " + String.join(", ", removed()));
    rows.run("SELECT ensure_reading_partition(now(), now() - interval '2 days')");
    // In which now() will be when midnight (UTC) passes meanwhile.
    rows.run("SELECT ensure_reading_partition(now() + interval '1 day', now())");
    rows.run("SELECT ensure_reading_partition(now() - interval '1 year', now())");
    fill("gone", 1);
    fill("kept", 2);
  }

  @AfterEach
  void close() throws SQLException {
    started.forEach(TenantRemovals::close);
    connection.close();
  }

  @Test
  void eachTableIsRemovedFromOrSaidNotToBe() throws SQLException {
    var known = new TreeSet<>(removed());
    known.add("removed_device");
    known.addAll(NOT_REMOVED);
    assertEquals(rows.tables(), known);
    var ofTenants = rows.tablesWithColumn("tenant");
    ofTenants.removeAll(Set.of("tenant_removal", "removed_device"));
    assertTrue(removed().containsAll(ofTenants), ofTenants.toString());
  }

  @Test
  void nothingIsLeftOfTheTenantAndAllOfTheOther() throws SQLException {
    assertEquals(Set.of(2L), Set.copyOf(rows.counts(removed()).values()));
    note("gone");
    start(1_000, Duration.ZERO);
    awaitDone();
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void anotherInstanceGoesOnAfterAKillAndASecondWordChangesNothing() throws SQLException {
    note("gone");
    // Without these it does not come to its end before it is killed.
    rows.hold("event");
    var killed = start(1, Duration.ZERO);
    await().atMost(PATIENCE).until(() -> killed.removedRows() > 2);
    killed.close();
    rows.release();
    note("gone");
    start(1, Duration.ZERO);
    awaitDone();
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void manyDevicesInManyPartitionsGoSomeAtATime() throws SQLException {
    rows.run(
        "INSERT INTO device (tenant, device) SELECT 'gone', 'n' || n FROM generate_series(1, 120)"
            + " AS n");
    rows.run(
        "INSERT INTO reading (time, hash, device_key, field_set, numbers)"
            + " SELECT at, gen_random_uuid(), key, 1, '{}' FROM device, (VALUES (now()),"
            + " (now() - interval '1 year')) AS t (at) WHERE device LIKE 'n%'");
    note("gone");
    start(70, Duration.ZERO);
    awaitDone();
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void aBatchThatLookedItsKeyUpBeforeLeavesNothing() throws SQLException {
    var key = rows.number("SELECT key FROM device WHERE tenant = 'gone'");
    note("gone");
    start(1_000, LONG_REST);
    await().atMost(PATIENCE).until(() -> rows.count("device") == 1);
    insertReading(Long.toString(key));
    rows.insert("event", Map.of("device_key", Long.toString(key)));
    assertEquals(2, rows.count("reading"));
    awaitDoneAfterRests();
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void aBatchThatLooksItsKeyUpAfterwardsLeavesNothing() throws SQLException {
    note("gone");
    start(1_000, Duration.ZERO);
    awaitDone();
    fill("gone", 3);
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void aKeyThatIsRememberedIsLookedUpAgain() throws SQLException {
    var directory = new DeviceDirectory(database.pool(), 100);
    var device = DeviceAddress.of("gone", "d");
    var before = directory.keyOf(device).await().atMost(PATIENCE);
    note("gone");
    start(1_000, LONG_REST, any -> directory.forget());
    awaitDoneAfterRests();
    var after = directory.keyOf(device).await().atMost(PATIENCE);
    assertNotEquals(before, after);
    insertReading(after.toString());
    // The new key may be removed before; who had looked it up has a rest's time to write.
    await().atMost(PATIENCE).until(() -> rows.count("device") == 1);
    letRestPass();
    assertOnlyTheOtherIsLeft();
  }

  /** Each time that something was found begins another one. */
  private void awaitDoneAfterRests() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              letRestPass();
              return isDone();
            });
  }

  private void letRestPass() throws SQLException {
    rows.run("UPDATE tenant_removal SET removed_at = now() - interval '1 h', look_at = now()");
    rows.run("UPDATE removed_device SET removed_at = now() - interval '1 h'");
  }

  private void assertOnlyTheOtherIsLeft() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertEquals(Set.of(1L), Set.copyOf(rows.counts(removed()).values())));
    await().atMost(PATIENCE).until(() -> rows.count("removed_device") == 0);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              var ofTenants = rows.tablesWithColumn("tenant");
              ofTenants.removeAll(Set.of("tenant_removal", "removed_device"));
              assertEquals(List.of("kept"), rows.values(ofTenants, "tenant"));
            });
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertEquals(
                    List.of("kept:d"),
                    rows.values(List.of("mqtt_session", "mqtt_will"), "client_identifier")));
  }

  private static Set<String> removed() {
    var tables = new TreeSet<>(OF_SESSIONS);
    TenantTables.parts(Duration.ZERO).stream().map(TenantPart::table).forEach(tables::add);
    tables.remove("removed_device");
    return tables;
  }

  private TenantRemovals start(int batchRows, Duration grace) {
    return start(batchRows, grace, any -> {});
  }

  private TenantRemovals start(int batchRows, Duration grace, Consumer<TenantId> whenKnown) {
    var settings =
        new TenantRemovals.Settings(
            batchRows,
            Duration.ofMillis(20),
            Duration.ofSeconds(30),
            grace,
            Duration.ofDays(1),
            Duration.ofMillis(50),
            Duration.ofHours(1),
            Duration.ofMillis(200));
    var removals =
        new TenantRemovals(
            pool,
            settings,
            new TenantRemovals.Keeps(TenantTables.parts(grace), whenKnown, () -> {}),
            (after, limit) -> Uni.createFrom().item(new DeletedTenants(List.of(), after)),
            Clock.systemUTC());
    started.add(removals);
    removals.start();
    return removals;
  }

  private static void note(String tenant) {
    pool.withTransaction(db -> TenantRemovals.note(db, List.of(new TenantId(tenant))))
        .await()
        .atMost(PATIENCE);
  }

  private void awaitDone() {
    await().atMost(PATIENCE).until(this::isDone);
  }

  private boolean isDone() throws SQLException {
    return rows.number("SELECT count(*) FROM tenant_removal WHERE done_at IS NOT NULL") == 1;
  }

  private void fill(String tenant, int session) throws SQLException {
    // All at once: the removal may be at work.
    rows.run("BEGIN");
    var of = "'" + tenant + "'";
    var client = "'" + tenant + ":d'";
    var key = "(SELECT key FROM device WHERE tenant = " + of + ")";
    rows.insert("device", Map.of("tenant", of, "device", "'d'"));
    insertReading(key);
    rows.insert("event", Map.of("device_key", key));
    rows.insert("dead_letter", Map.of("tenant", of));
    rows.insert("quarantine", Map.of("tenant", of));
    rows.insert("packet_log", Map.of("tenant", of));
    rows.insert("site_session", Map.of("tenant", of, "client_identifier", client));
    var number = Integer.toString(session);
    rows.insert("mqtt_session", Map.of("client_identifier", client, "session_key", number));
    rows.insert("mqtt_will", Map.of("client_identifier", client, "epoch", number));
    rows.insert("exactly_once", Map.of("session_key", number));
    rows.insert("outgoing_exactly_once", Map.of("session_key", number));
    rows.run("COMMIT");
  }

  private void insertReading(String key) throws SQLException {
    rows.insert("reading", Map.of("device_key", key, "time", "now()", "field_set", "1"));
  }
}
