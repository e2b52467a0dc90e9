package io.muster.command.removal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.CommandDatabase;
import io.muster.contract.TableRows;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.outbox.TenantPart;
import io.muster.outbox.TenantRemovals;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing stays of a tenant that was deleted, whatever table it was in. */
class TenantRemainsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Tables that hold nothing of a tenant, or what goes by age or has to stay. */
  private static final Set<String> NOT_REMOVED =
      Set.of(
          "outbox",
          "outbox_counter",
          "service_ordinal",
          "followed_log",
          "followed_event",
          "presence_gap",
          "ingest_heard",
          "tenant_removal");

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<TenantRemovals> started = new ArrayList<>();
  private Connection connection;
  private TableRows rows;

  @BeforeEach
  void fill() throws SQLException {
    connection = DATABASE.connect();
    rows = new TableRows(connection);
    fill("gone");
    fill("kept");
  }

  @AfterEach
  void close() throws SQLException {
    started.forEach(TenantRemovals::close);
    connection.close();
  }

  @Test
  void eachTableIsRemovedFromOrSaidNotToBe() throws SQLException {
    var known = new TreeSet<>(removed());
    known.addAll(NOT_REMOVED);
    assertEquals(rows.tables(), known);
    var ofTenants = rows.tablesWithColumn("tenant");
    ofTenants.remove("tenant_removal");
    assertTrue(removed().containsAll(ofTenants), ofTenants.toString());
  }

  @Test
  void nothingIsLeftOfTheTenantAndAllOfTheOther() throws SQLException {
    assertEquals(Set.of(2L), Set.copyOf(rows.counts(removed()).values()));
    note("gone");
    start(1_000);
    awaitDone();
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void anotherInstanceGoesOnAfterAKillAndASecondWordChangesNothing() throws SQLException {
    note("gone");
    // Without these it does not come to its end before it is killed.
    rows.hold("audit");
    var killed = start(1);
    await().atMost(PATIENCE).until(() -> killed.removedRows() > 2);
    killed.close();
    rows.release();
    note("gone");
    start(1);
    awaitDone();
    assertOnlyTheOtherIsLeft();
  }

  @Test
  void whatIsWrittenAfterwardsGoesAsWell() throws SQLException {
    note("gone");
    start(1_000);
    awaitDone();
    fill("gone");
    assertOnlyTheOtherIsLeft();
  }

  private void assertOnlyTheOtherIsLeft() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertEquals(Set.of(1L), Set.copyOf(rows.counts(removed()).values())));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              var ofTenants = rows.tablesWithColumn("tenant");
              ofTenants.remove("tenant_removal");
              assertEquals(List.of("kept"), rows.values(ofTenants, "tenant"));
            });
  }

  private static Set<String> removed() {
    return new TreeSet<>(TenantTables.keeps().parts().stream().map(TenantPart::table).toList());
  }

  private TenantRemovals start(int batchRows) {
    var settings =
        new TenantRemovals.Settings(
            batchRows,
            Duration.ofMillis(20),
            PATIENCE,
            Duration.ZERO,
            Duration.ofDays(1),
            Duration.ofMillis(50),
            Duration.ofHours(1),
            Duration.ofMillis(200));
    var removals =
        new TenantRemovals(
            DATABASE.newPool(2),
            settings,
            TenantTables.keeps(),
            (after, limit) -> Uni.createFrom().item(new DeletedTenants(List.of(), after)),
            Clock.systemUTC());
    started.add(removals);
    removals.start();
    return removals;
  }

  private static void note(String tenant) {
    DATABASE
        .pool()
        .withTransaction(db -> TenantRemovals.note(db, List.of(new TenantId(tenant))))
        .await()
        .atMost(PATIENCE);
  }

  private void awaitDone() {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                rows.number("SELECT count(*) FROM tenant_removal WHERE done_at IS NOT NULL") == 1);
  }

  private void fill(String tenant) throws SQLException {
    // All at once: the removal may be at work.
    rows.run("BEGIN");
    var of = "'" + tenant + "'";
    var device = Map.of("tenant", of, "device", "'d'");
    var session = "'" + tenant + ":d'";
    rows.insert("device_queue", device);
    rows.insert("deleted_device", device);
    rows.insert("connection", Map.of("client_identifier", session, "tenant", of, "device", "'d'"));
    rows.insert("listener", Map.of("client_identifier", session, "tenant", of, "device", "'d'"));
    rows.insert("audit", Map.of("tenant", of));
    rows.insert("job", Map.of("tenant", of));
    rows.insert("job_target", Map.of("job_key", keyOf("job", of), "queue_key", queue(of)));
    rows.insert(
        "command", Map.of("tenant", of, "job_key", keyOf("job", of), "queue_key", queue(of)));
    rows.insert("aws_execution", Map.of("command_key", keyOf("command", of)));
    rows.insert("aws_device", Map.of("queue_key", queue(of)));
    rows.insert("idempotent_request", Map.of("queue_key", queue(of)));
    rows.insert("schedule", Map.of("tenant", of, "at", "now()"));
    rows.insert("schedule_firing", Map.of("schedule_key", keyOf("schedule", of)));
    rows.run("COMMIT");
  }

  private static String keyOf(String table, String tenant) {
    return "(SELECT key FROM " + table + " WHERE tenant = " + tenant + ")";
  }

  private static String queue(String tenant) {
    return keyOf("device_queue", tenant);
  }
}
