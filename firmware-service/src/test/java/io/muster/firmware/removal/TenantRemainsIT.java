package io.muster.firmware.removal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.TableRows;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.firmware.FirmwareDatabase;
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
import java.util.concurrent.atomic.AtomicInteger;
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
          "tenant_removal",
          // The platform's.
          "manifest_key",
          "manifest_key_set");

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private final AtomicInteger sweeps = new AtomicInteger();
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

  @Test
  void theStoreIsSweptAfterTheLastRowAndBeforeItIsDone() throws SQLException {
    note("gone");
    start(1_000);
    awaitDone();
    assertEquals(1, sweeps.get());
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
    return new TreeSet<>(
        TenantTables.keeps(() -> {}).parts().stream().map(TenantPart::table).toList());
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
            TenantTables.keeps(sweeps::incrementAndGet),
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
    rows.insert("tenant_setting", Map.of("tenant", of));
    rows.insert("token_request", Map.of("tenant", of));
    rows.insert("suspended_tenant", Map.of("tenant", of));
    rows.insert("rollout_setting", Map.of("tenant", of));
    rows.insert("audit", Map.of("tenant", of));
    rows.insert("artifact", Map.of("tenant", of));
    rows.insert("artifact_remains", Map.of("tenant", of));
    rows.insert("upload", Map.of("tenant", of, "id", of, "artifact_key", keyOf("artifact", of)));
    rows.insert("signing_key", Map.of("tenant", of));
    rows.insert(
        "artifact_signature",
        Map.of("artifact_key", keyOf("artifact", of), "signing_key", keyOf("signing_key", of)));
    rows.insert("software_module", Map.of("tenant", of));
    rows.insert(
        "module_artifact",
        Map.of("module_key", keyOf("software_module", of), "artifact_key", keyOf("artifact", of)));
    rows.insert("distribution", Map.of("tenant", of));
    var distribution = keyOf("distribution", of);
    rows.insert(
        "distribution_module",
        Map.of("distribution_key", distribution, "module_key", keyOf("software_module", of)));
    rows.insert("target", Map.of("tenant", of));
    var target = keyOf("target", of);
    rows.insert("target_token", Map.of("target_key", target));
    rows.insert("installed_module", Map.of("target_key", target));
    rows.insert("action", Map.of("target_key", target, "distribution_key", distribution));
    rows.insert(
        "action_status",
        Map.of("action_key", "(SELECT key FROM action WHERE target_key = " + target + ")"));
    rows.insert("rollout", Map.of("tenant", of, "distribution_key", distribution));
    rows.insert("rollout_group", Map.of("rollout_key", keyOf("rollout", of)));
    rows.insert(
        "rollout_device", Map.of("rollout_key", keyOf("rollout", of), "target_key", target));
    rows.run("COMMIT");
  }

  private static String keyOf(String table, String tenant) {
    return "(SELECT key FROM " + table + " WHERE tenant = " + tenant + ")";
  }
}
