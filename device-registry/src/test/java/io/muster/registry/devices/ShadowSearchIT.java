package io.muster.registry.devices;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@RegistryTest
class ShadowSearchIT {
  @Inject Pool pool;
  Tokens tokens;
  private String tenant;
  private Api operator;
  private String devices;

  @BeforeEach
  void makeDevices() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    devices = Api.devices(tenant);
    shadow("a", Map.of("reported", Map.of("fw", "1.2", "n", 5, "on", true)));
    shadow("b", Map.of("reported", Map.of("fw", "1.3", "n", 7, "deep", Map.of("x", 1))));
    shadow("c", Map.of("desired", Map.of("fw", "1.3")));
    operator.device(tenant, "d");
    operator.device(tenant, "e");
    // A named shadow is not searched.
    operator
        .patch(devices + "/e/shadow/x", Map.of("state", Map.of("reported", Map.of("fw", "1.2"))))
        .then()
        .statusCode(200);
  }

  private void shadow(String id, Map<String, ?> state) {
    operator.device(tenant, id);
    operator.patch(devices + "/" + id + "/shadow", Map.of("state", state)).then().statusCode(200);
  }

  @ParameterizedTest
  @CsvSource({
    "shadow.reported.fw==1.2, a",
    "shadow.reported.fw=in=(1.2;1.3), a b",
    "shadow.reported.fw==1.*, a b",
    "shadow.reported.fw!=1.2, b c d e",
    "shadow.reported.n=gt=5, b",
    "shadow.reported.n=ge=5, a b",
    "shadow.reported.on==true, a",
    "shadow.reported.deep.x==1, b",
    "shadow.desired.fw==1.3, c",
    "shadow.desired.fw=ex=true, c",
    "shadow.reported.fw=ex=false, c d e",
    "shadow.reported.fw==1.2 and id==a, a",
    "shadow.reported.fw==1.2 or shadow.desired.fw==1.3, a c"
  })
  void devicesAreFoundByTheirClassicShadow(String filter, String expected) {
    var rsql = filter.replace("(1.2;1.3)", "(1.2,1.3)");
    var answer = operator.get(devices + "?filter=" + encoded(rsql));
    answer.then().statusCode(200);
    assertEquals(List.of(expected.split(" ")), answer.<List<String>>path("items.id"));
  }

  @Test
  void aDeletedShadowIsNotFound() {
    operator.delete(devices + "/a/shadow").then().statusCode(200);
    var found = operator.get(devices + "?filter=" + encoded("shadow.reported.fw=ex=true"));
    assertEquals(List.of("b"), found.path("items.id"));
  }

  @Test
  void aGroupMayHaveThemInItsFilter() {
    var groups = "/api/v1/tenants/" + tenant + "/groups";
    operator
        .post(groups, Map.of("id", "old", "filter", "shadow.reported.n=lt=6"))
        .then()
        .statusCode(201);
    assertEquals(List.of("a"), operator.get(groups + "/old/devices").path("items.id"));
  }

  @ParameterizedTest
  @CsvSource({"shadow==1", "shadow.reported==1", "shadow.other.a==1", "shadow.reported..a==1"})
  void whatIsNoMemberIsRefused(String filter) {
    assertProblem(operator.get(devices + "?filter=" + encoded(filter)), 400, "malformed-request");
  }

  /** With so many that an index is worth it. */
  private static final String MANY =
      """
      INSERT INTO device (tenant_key, id, version, enabled, attributes, created_at, updated_at)
      SELECT t.key, 'n' || n, 1, true, '{}', now(), now()
        FROM tenant t, generate_series(1, 5000) n WHERE t.id = '%s';
      INSERT INTO shadow (device_key, name, version, reported, metadata, has_delta, updated_at)
      SELECT d.key, '', 1, jsonb_build_object('fw', d.id), '{}', false, now()
        FROM device d JOIN tenant t ON t.key = d.tenant_key AND t.id = '%1$s'
       WHERE d.id LIKE 'n%%';
      ANALYZE device;
      ANALYZE shadow\
      """;

  @Test
  void theIndexServesIt() {
    var plan = new StringBuilder();
    pool.withConnection(
            connection ->
                connection
                    .begin()
                    .call(() -> connection.query(MANY.formatted(tenant)).execute())
                    .call(
                        () ->
                            connection
                                .query(
                                    "EXPLAIN SELECT d.id "
                                        + DeviceFields.FROM
                                        + " WHERE s.reported @> '{\"fw\":\"n7\"}'")
                                .execute()
                                .invoke(
                                    rows ->
                                        rows.forEach(
                                            row -> plan.append(row.getString(0)).append('\n'))))
                    .chain(begun -> begun.rollback()))
        .await()
        .atMost(Duration.ofSeconds(60));
    assertTrue(plan.toString().contains("shadow_by_reported"), plan.toString());
  }

  @Test
  void aSearchThatDoesNotAskForItDoesNotReadShadows() {
    var rows =
        pool.query("EXPLAIN SELECT d.id " + DeviceFields.FROM + " WHERE d.tenant_key = 1")
            .execute()
            .await()
            .atMost(Duration.ofSeconds(60));
    assertTrue(
        StreamSupport.stream(rows.spliterator(), false)
            .noneMatch(row -> row.getString(0).contains("shadow")));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
