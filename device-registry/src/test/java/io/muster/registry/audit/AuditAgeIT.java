package io.muster.registry.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit keeps to its age with what is written to it, and at no other cost. */
@RegistryTest
class AuditAgeIT {
  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;

  @BeforeEach
  void makeATenant() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
  }

  @AfterEach
  void tidy() throws SQLException {
    execute("DELETE FROM registry.audit WHERE place < 0");
  }

  @Test
  void whatIsPastItsAgeGoesAndTheRestStays() throws SQLException {
    insert(5, "300 days");
    insert(30, "500 days");
    admin.device(tenant, "one");
    assertEquals(10 + 5, old());
    admin.device(tenant, "two");
    assertEquals(5, old());
  }

  @Test
  void soItIsWhenShadowsAreChanged() throws SQLException {
    var device = admin.device(tenant, "one");
    insert(15, "500 days");
    admin
        .patch(device + "/shadow", Map.of("state", Map.of("desired", Map.of("a", 1))))
        .then()
        .statusCode(200);
    assertEquals(0, old());
  }

  @Test
  void whatIsNotOldIsNotLocked() throws SQLException {
    insert(5, "300 days");
    var device = admin.device(tenant, "one");
    admin
        .patch(device + "/shadow", Map.of("state", Map.of("desired", Map.of("a", 1))))
        .then()
        .statusCode(200);
    assertEquals(
        5,
        Rows.count(
            postgres, "SELECT count(*) FROM registry.audit WHERE place < 0 AND xmax::text = '0'"));
  }

  private long old() {
    return Rows.count(postgres, "SELECT count(*) FROM registry.audit WHERE place < 0");
  }

  /** Rows before all others. */
  private void insert(int count, String age) throws SQLException {
    execute(
        "INSERT INTO registry.audit (place, at, tenant, actor, action, subject) OVERRIDING SYSTEM"
            + " VALUE SELECT (SELECT least(min(place), 0) FROM registry.audit) - n, now() -"
            + " interval '"
            + age
            + "', 'acme', 'nobody', 'tested', '' FROM generate_series(1, "
            + count
            + ") n");
  }

  private void execute(String sql) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
