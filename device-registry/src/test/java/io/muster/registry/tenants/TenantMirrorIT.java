package io.muster.registry.tenants;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.TenantStanding;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service that came later learns which tenants there are. */
@RegistryTest
class TenantMirrorIT {
  private static final String TENANTS = "/internal/v1/tenants";

  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void eachTenantComesWithItsStandingAndLimits() throws IOException {
    var admin = Api.as(tokens.admin());
    var usual = admin.tenant();
    var limited = admin.tenant();
    admin.patch(
        "/api/v1/tenants/" + limited,
        Map.of("suspended", true, "limits", Map.of("messagesPerSecond", 7)));
    var answer = Api.as(tokens.service()).get(TENANTS);
    answer.then().statusCode(200).header("Content-Type", containsString("application/x-ndjson"));
    var line = answer.asString().lines().filter(it -> it.contains(usual)).findFirst();
    Golden.assertSameShape(
        "internal/tenant-standing.json", line.orElseThrow().getBytes(StandardCharsets.UTF_8));
    var found = standings(answer.asString());
    var defaults = new DeviceLimits(20_000, 262_144);
    assertTrue(found.contains(new TenantStanding(new TenantId(usual), false, defaults)));
    var seven = new DeviceLimits(7, 262_144);
    assertTrue(found.contains(new TenantStanding(new TenantId(limited), true, seven)));
  }

  @Test
  void theyComeInOrderOverSeveralPages() throws SQLException {
    insert(2_100);
    try {
      var found = standings(Api.as(tokens.service()).get(TENANTS).asString());
      var ids = found.stream().map(it -> it.tenant().value()).toList();
      assertTrue(ids.size() >= 2_100);
      assertEquals(ids.stream().distinct().sorted().toList(), ids);
    } finally {
      execute("DELETE FROM registry.tenant WHERE id LIKE 'mirrored-%'");
    }
  }

  @Test
  void onlyServicesMayKnow() {
    assertProblem(Api.as(tokens.admin()).get(TENANTS), 401, "not-authenticated");
    assertProblem(Api.as(null).get(TENANTS), 401, "not-authenticated");
  }

  private static List<TenantStanding> standings(String lines) {
    return lines.lines().map(TenantMirrorIT::standing).toList();
  }

  private static TenantStanding standing(String line) {
    try {
      return ContractJson.mapper().readValue(line, TenantStanding.class);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private void insert(int count) throws SQLException {
    execute(
        "INSERT INTO registry.tenant (id, version, suspended, created_at, updated_at)"
            + " SELECT 'mirrored-' || n, 1, false, now(), now() FROM generate_series(1, "
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
