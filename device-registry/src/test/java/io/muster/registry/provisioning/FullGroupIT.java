package io.muster.registry.provisioning;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A claim token's group has as many members as it may. */
@RegistryTest
class FullGroupIT {
  @Inject Pool pool;
  Tokens tokens;

  @Test
  void nobodyIsProvisionedByHalf() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var base = "/api/v1/tenants/" + tenant;
    admin.post(base + "/groups", Map.of("id", "hall")).then().statusCode(201);
    fill(tenant);
    var claim =
        admin.post(
            base + "/claim-tokens",
            Map.of("group", "hall", "notAfter", Instant.now().plusSeconds(3600).toString()));
    claim.then().statusCode(201);
    var newcomer = Newcomer.of(tenant, "one");
    assertProblem(newcomer.ask(claim.path("token")), 429, "limit-reached")
        .body("detail", containsString("members of a group"));
    admin.get(base + "/claim-tokens/" + claim.path("id")).then().body("uses", equalTo(0));
    admin
        .post(base + "/groups/hall/members", Map.of("remove", List.of("m1")))
        .then()
        .statusCode(200);
    newcomer.ask(claim.path("token")).then().statusCode(200);
  }

  private void fill(String tenant) {
    run(
        """
        INSERT INTO device (tenant_key, id, version, enabled, attributes, tags, created_at,
                            updated_at)
        SELECT key, 'm' || n, 1, true, '{}', '{}', now(), now()
          FROM tenant, generate_series(1, 500) n WHERE id = '%s'\
        """
            .formatted(tenant));
    run(
        """
        INSERT INTO device_group_member (group_key, device_key)
        SELECT g.key, d.key FROM tenant t
          JOIN device_group g ON g.tenant_key = t.key
          JOIN device d ON d.tenant_key = t.key WHERE t.id = '%s'\
        """
            .formatted(tenant));
  }

  private void run(String sql) {
    pool.query(sql).execute().await().atMost(Duration.ofSeconds(60));
  }
}
