package io.muster.registry.limits;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a tenant may have, and many who want the last place of it at once. */
@RegistryTest
class TenantLimitsIT {
  /** As the tests' settings say. */
  private static final int MOST = 12;

  private static final int MOST_MEMBERS = 500;
  private static final int AT_ONCE = 8;

  @Inject Pool pool;
  Tokens tokens;
  private Api admin;
  private String tenant;
  private String base;

  @BeforeEach
  void makeATenant() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    base = "/api/v1/tenants/" + tenant;
  }

  @Test
  void groupsAreBounded() {
    fillUp(
        base + "/groups",
        n -> n % 2 == 0 ? Map.of("id", "g" + n) : Map.of("id", "g" + n, "filter", "tag==a"),
        "groups");
    assertProblem(admin.post(base + "/groups", Map.of("id", "g0")), 409, "group-exists");
    admin.delete(base + "/groups/g0").then().statusCode(204);
    admin.post(base + "/groups", Map.of("id", "again")).then().statusCode(201);
  }

  @Test
  void deviceTypesAreBounded() {
    fillUp(base + "/device-types", n -> Map.of("id", "t" + n), "device types");
    admin.delete(base + "/device-types/t0").then().statusCode(204);
    admin.post(base + "/device-types", Map.of("id", "again")).then().statusCode(201);
    // Of another tenant nothing counts.
    var other = "/api/v1/tenants/" + admin.tenant() + "/device-types";
    admin.post(other, Map.of("id", "first")).then().statusCode(201);
  }

  @Test
  void claimTokensThatHoldAreBounded() {
    var until = Instant.now().plus(1, ChronoUnit.DAYS).toString();
    fillUp(base + "/claim-tokens", n -> Map.of("name", "n" + n, "notAfter", until), "claim tokens");
    var one = admin.get(base + "/claim-tokens").<String>path("items[0].id");
    admin.delete(base + "/claim-tokens/" + one).then().statusCode(204);
    admin.post(base + "/claim-tokens", Map.of("notAfter", until)).then().statusCode(201);
  }

  @Test
  void membersOfAGroupAreBounded() {
    admin.post(base + "/groups", Map.of("id", "large")).then().statusCode(201);
    admin.post(base + "/groups", Map.of("id", "other")).then().statusCode(201);
    members(MOST_MEMBERS - 1);
    var members = base + "/groups/large/members";
    var statuses = atOnce(members, n -> Map.of("add", List.of("n" + n)));
    assertEquals(1, statuses.stream().filter(it -> it == 200).count(), statuses.toString());
    assertEquals(AT_ONCE - 1, statuses.stream().filter(it -> it == 429).count());
    assertProblem(admin.post(members, Map.of("add", List.of("n8", "n9"))), 429, "limit-reached")
        .body("detail", containsString("'members of a group' of " + MOST_MEMBERS));
    admin.get(base + "/groups/large").then().body("devices", equalTo(MOST_MEMBERS));
    // Who goes makes room in the same request, and who is there takes none.
    admin
        .post(members, Map.of("add", List.of("n8", "m1"), "remove", List.of("m2")))
        .then()
        .statusCode(200);
    // As does a device that is deleted.
    assertProblem(admin.post(members, Map.of("add", List.of("n9"))), 429, "limit-reached");
    admin.delete(base + "/devices/m3").then().statusCode(204);
    admin.post(members, Map.of("add", List.of("n9"))).then().statusCode(200);
    assertProblem(admin.post(members, Map.of("add", List.of("n6", "n7"))), 429, "limit-reached");
    admin.post(base + "/groups/other/members", Map.of("add", List.of("n9"))).then().statusCode(200);
  }

  /** All but one place is taken in turn; the last is wanted by many at once. */
  private void fillUp(String path, IntFunction<Map<String, Object>> body, String limit) {
    for (var n = 0; n < MOST - 1; n++) {
      admin.post(path, body.apply(n)).then().statusCode(201);
    }
    var statuses = atOnce(path, n -> body.apply(100 + n));
    assertEquals(1, statuses.stream().filter(it -> it == 201).count(), statuses.toString());
    assertEquals(AT_ONCE - 1, statuses.stream().filter(it -> it == 429).count());
    assertProblem(admin.post(path, body.apply(200)), 429, "limit-reached")
        .body("detail", containsString("'%s' of %d".formatted(limit, MOST)));
  }

  private List<Integer> atOnce(String path, IntFunction<Map<String, Object>> body) {
    var answers =
        IntStream.range(0, AT_ONCE)
            .mapToObj(
                n ->
                    CompletableFuture.supplyAsync(
                        () -> admin.post(path, body.apply(n)).statusCode()))
            .toList();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  /** Devices {@code m1} and so on in the group, and some that are not. */
  private void members(int count) {
    run(
        """
        INSERT INTO device (tenant_key, id, version, enabled, attributes, tags, created_at,
                            updated_at)
        SELECT t.key, kind || n, 1, true, '{}', '{}', now(), now()
          FROM tenant t, generate_series(0, %2$d) n, unnest(ARRAY['m', 'n']) kind
         WHERE t.id = '%1$s' AND (kind = 'm' AND n > 0 OR kind = 'n' AND n < 10)\
        """
            .formatted(tenant, count));
    run(
        """
        INSERT INTO device_group_member (group_key, device_key)
        SELECT g.key, d.key FROM tenant t
          JOIN device_group g ON g.tenant_key = t.key AND g.id = 'large'
          JOIN device d ON d.tenant_key = t.key AND d.id LIKE 'm%%'
         WHERE t.id = '%1$s'\
        """
            .formatted(tenant));
  }

  private void run(String sql) {
    pool.query(sql).execute().await().atMost(Duration.ofSeconds(60));
  }
}
