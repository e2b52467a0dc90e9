package io.muster.registry.configuration;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class ConfigurationIT {
  @Inject Pool pool;
  @Inject ConfigurationWork work;
  @Inject ConfigurationConfig config;
  Tokens tokens;
  private String tenant;
  private Api operator;
  private String devices;
  private String groups;

  @BeforeEach
  void makeDevices() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    devices = Api.devices(tenant);
    groups = "/api/v1/tenants/" + tenant + "/groups";
    for (var id : List.of("a", "b", "c")) {
      operator
          .post(devices, Map.of("id", id, "tags", id.equals("c") ? List.of() : List.of("lab")))
          .then()
          .statusCode(201);
    }
    operator.post(groups, Map.of("id", "mine")).then().statusCode(201);
    operator.post(groups + "/mine/members", Map.of("add", List.of("a", "b")));
    operator.post(groups, Map.of("id", "lab", "filter", "tag==lab")).then().statusCode(201);
  }

  @Test
  void eachDeviceOfAGroupGetsItAndWhoComesLaterToo() {
    operator.patch(devices + "/a/shadow", desired(Map.of("own", 1)));
    var begun = Instant.now();
    put("mine", Map.of("interval", 60))
        .then()
        .statusCode(200)
        .header("ETag", "\"1\"")
        .body("revision", equalTo(1))
        .body("shadow", nullValue());
    awaitProgress("mine", 2, 2, 0);
    assertEquals(Map.of("own", 1, "interval", 60), desiredOf("a"));
    assertEquals(Map.of("interval", 60), desiredOf("b"));
    assertNull(desiredOf("c"));
    operator
        .get(devices + "/b/shadow-history")
        .then()
        .body("items[0].source", equalTo("configuration"));
    operator.post(groups + "/mine/members", Map.of("add", List.of("c")));
    assertLooksAgain("mine", begun);
    var later = lookNow();
    awaitProgress("mine", 3, 3, 0);
    assertLooksAgain("mine", later);
    assertEquals(Map.of("interval", 60), desiredOf("c"));
    // Nobody is touched twice.
    operator.get(devices + "/b/shadow").then().body("version", equalTo(1));
  }

  @Test
  void whoLeavesLosesWhatStillStandsAsItWasSet() {
    var begun = Instant.now();
    put("lab", Map.of("interval", 60, "mode", Map.of("eco", true)));
    awaitProgress("lab", 2, 2, 0);
    operator.patch(devices + "/a/shadow", desired(Map.of("interval", 5, "own", 1)));
    operator.patch(devices + "/a", Map.of("tags", List.of()));
    assertLooksAgain("lab", begun);
    var later = lookNow();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertEquals(Map.of("interval", 5, "own", 1), desiredOf("a")));
    assertEquals(Map.of("interval", 60, "mode", Map.of("eco", true)), desiredOf("b"));
    awaitProgress("lab", 1, 1, 0);
    assertLooksAgain("lab", later);
  }

  @Test
  void aNewRevisionTakesBackWhatItDoesNotSetAnyMore() {
    put("mine", Map.of("a", 1, "b", 2));
    awaitProgress("mine", 2, 2, 0);
    put("mine", Map.of("a", 3)).then().body("revision", equalTo(2));
    awaitProgress("mine", 2, 2, 0);
    assertEquals(Map.of("a", 3), desiredOf("a"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertEquals(1, revisions()));
  }

  @Test
  void itMovesFromOneShadowToAnother() {
    put("mine", Map.of("a", 1));
    awaitProgress("mine", 2, 2, 0);
    operator
        .put(
            groups + "/mine/configuration",
            null,
            Map.of("shadow", "config", "desired", Map.of("a", 1)))
        .then()
        .statusCode(200)
        .body("shadow", equalTo("config"));
    awaitProgress("mine", 2, 2, 0);
    assertNull(desiredOf("a"));
    assertEquals(Map.of("a", 1), operator.get(devices + "/a/shadow/config").path("state.desired"));
  }

  @Test
  void withdrawnItIsTakenBackEverywhere() {
    operator.patch(devices + "/a/shadow", desired(Map.of("own", 1)));
    put("mine", Map.of("interval", 60));
    awaitProgress("mine", 2, 2, 0);
    assertEquals(
        202, operator.delete(groups + "/mine/configuration").then().extract().statusCode());
    assertEquals(
        "group-configuration-withdrawn",
        Api.as(tokens.admin()).audited(tenant, "subject=groups/mine").getFirst());
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> operator.get(groups + "/mine/configuration").statusCode() == 404);
    assertEquals(Map.of("own", 1), desiredOf("a"));
    assertNull(desiredOf("b"));
    assertProblem(operator.delete(groups + "/mine/configuration"), 404, "not-found");
    put("mine", Map.of("interval", 1)).then().statusCode(200);
    awaitProgress("mine", 2, 2, 0);
  }

  @Test
  void progressShowsWhoReportsItAndWhoCouldNotTakeIt() {
    operator.patch(devices + "/a/shadow", desired(Map.of("big", "x".repeat(8_000))));
    put("mine", Map.of("text", "y".repeat(500)));
    awaitProgress("mine", 2, 1, 1);
    operator.patch(
        devices + "/b/shadow",
        Map.of("state", Map.of("reported", Map.of("text", "y".repeat(500)))));
    operator
        .get(groups + "/mine/configuration")
        .then()
        .body("devices.reported", equalTo(1))
        .body("devices.pending", equalTo(0));
    // What was refused is tried again with the next revision.
    operator.delete(devices + "/a/shadow");
    put("mine", Map.of("text", "z"));
    awaitProgress("mine", 2, 2, 0);
    assertEquals(Map.of("text", "z"), desiredOf("a"));
  }

  @Test
  void aLargeGroupIsDoneInBatches() {
    IntStream.range(0, 450)
        .parallel()
        .forEach(
            n ->
                operator
                    .post(devices, Map.of("id", "n" + n, "tags", List.of("many")))
                    .then()
                    .statusCode(201));
    operator.post(groups, Map.of("id", "many", "filter", "tag==many")).then().statusCode(201);
    put("many", Map.of("a", 1));
    awaitProgress("many", 450, 450, 0);
    assertEquals(Map.of("a", 1), desiredOf("n449"));
  }

  @Test
  void whatCannotBeDesiredIsRefused() {
    var path = groups + "/mine/configuration";
    assertProblem(
            operator
                .request()
                .contentType("application/json")
                .body("{\"desired\":{\"a\":{\"b\":null}}}")
                .put(path),
            422,
            "invalid-content")
        .body("errors[0].pointer", equalTo("/desired/a/b"));
    assertProblem(put("mine", Map.of("a", "x".repeat(8_200))), 422, "invalid-content");
    assertProblem(operator.put(path, null, Map.of("desired", 1)), 400, "malformed-request");
    assertProblem(operator.put(path, null, Map.of()), 422, "invalid-content");
    assertProblem(
        operator.put(path, null, Map.of("shadow", "a.b", "desired", Map.of())),
        422,
        "invalid-content");
    assertProblem(
        operator.put(path, null, Map.of("desired", Map.of(), "x", 1)), 400, "malformed-request");
    assertProblem(operator.get(path), 404, "not-found")
        .body("detail", equalTo("The group 'mine' has no configuration."));
    var absent = groups + "/nosuch/configuration";
    for (var answer :
        List.of(
            operator.get(absent),
            operator.put(absent, null, Map.of("desired", Map.of("a", 1))),
            operator.delete(absent))) {
      assertProblem(answer, 404, "not-found")
          .body("detail", equalTo("There is no group 'nosuch'."));
    }
    put("mine", Map.of("a", 1));
    assertProblem(
        operator.put(path, "\"7\"", Map.of("desired", Map.of("a", 1))), 412, "version-mismatch");
  }

  @Test
  void anotherTenantsGroupsAreClosed() {
    put("mine", Map.of("a", 1));
    var otherTenant = Api.as(tokens.admin()).tenant();
    var stranger = Api.as(tokens.person("admin", otherTenant));
    var path = groups + "/mine/configuration";
    assertProblem(stranger.get(path), 403, "forbidden");
    assertProblem(stranger.put(path, null, Map.of("desired", Map.of())), 403, "forbidden");
    assertProblem(stranger.delete(path), 403, "forbidden");
    var viewer = Api.as(tokens.person("viewer", tenant));
    viewer.get(path).then().statusCode(200);
    assertProblem(viewer.delete(path), 403, "forbidden");
    // A group of the same name with devices of the same names.
    stranger.device(otherTenant, "a");
    var theirs = "/api/v1/tenants/" + otherTenant + "/groups";
    stranger.post(theirs, Map.of("id", "mine")).then().statusCode(201);
    assertProblem(stranger.get(theirs + "/mine/configuration"), 404, "not-found");
    awaitProgress("mine", 2, 2, 0);
    assertProblem(stranger.get(Api.devices(otherTenant) + "/a/shadow"), 404, "not-found");
  }

  @Test
  void instancesThatWorkAtOnceSetEachDeviceOnce() {
    var ids = IntStream.range(0, 60).mapToObj(n -> "m" + n).toList();
    ids.forEach(id -> operator.device(tenant, id));
    operator.post(groups, Map.of("id", "all", "filter", "id==m*")).then().statusCode(201);
    put("all", Map.of("interval", 60)).then().statusCode(200);
    // The service's own loop is the fourth.
    var workers =
        Stream.generate(() -> CompletableFuture.runAsync(this::workOnce)).limit(3).toList();
    workers.forEach(CompletableFuture::join);
    awaitProgress("all", 60, 60, 0);
    for (var id : ids) {
      operator.get(devices + "/" + id + "/shadow").then().body("version", equalTo(1));
    }
  }

  private void workOnce() {
    pool.withTransaction(transaction -> work.step(transaction, List.of()))
        .await()
        .atMost(Duration.ofSeconds(60));
  }

  private io.restassured.response.Response put(String group, Map<String, ?> desired) {
    return operator.put(groups + "/" + group + "/configuration", null, Map.of("desired", desired));
  }

  private static Map<String, ?> desired(Map<String, ?> desired) {
    return Map.of("state", Map.of("desired", desired));
  }

  private Map<String, ?> desiredOf(String device) {
    return operator.get(devices + "/" + device + "/shadow").path("state.desired");
  }

  private void awaitProgress(String group, int total, int applied, int refused) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                operator
                    .get(groups + "/" + group + "/configuration")
                    .then()
                    .statusCode(200)
                    .body("devices.total", equalTo(total))
                    .body("devices.applied", equalTo(applied))
                    .body("devices.refused", equalTo(refused))
                    .body("devices.pending", equalTo(0)));
  }

  /**
   * Nobody waits until it is looked again; when that is, {@link #assertLooksAgain} has seen.
   *
   * @return a moment before the next look
   */
  private Instant lookNow() {
    var before = Instant.now();
    pool.query("UPDATE group_configuration SET next_look_at = now()")
        .execute()
        .await()
        .atMost(Duration.ofSeconds(60));
    return before;
  }

  /**
   * A group that is done is looked at again after the time that is set, counted from its last look.
   *
   * @param begun a moment before the first look
   */
  private void assertLooksAgain(String group, Instant begun) {
    var next =
        pool.preparedQuery(
                "SELECT c.next_look_at FROM group_configuration c"
                    + " JOIN device_group g ON g.key = c.group_key"
                    + " JOIN tenant t ON t.key = g.tenant_key WHERE t.id = $1 AND g.id = $2")
            .execute(Tuple.of(tenant, group))
            .await()
            .atMost(Duration.ofSeconds(60))
            .iterator()
            .next()
            .getOffsetDateTime(0)
            .toInstant();
    var after = config.lookAgainAfter();
    // A microsecond is all that the database keeps.
    assertFalse(next.isBefore(begun.plus(after).truncatedTo(ChronoUnit.MICROS)), next.toString());
    assertFalse(next.isAfter(Instant.now().plus(after)), next.toString());
  }

  private long revisions() {
    return pool.preparedQuery(
            "SELECT count(*) FROM group_configuration_revision r"
                + " JOIN device_group g ON g.key = r.group_key"
                + " JOIN tenant t ON t.key = g.tenant_key WHERE t.id = $1")
        .execute(Tuple.of(tenant))
        .await()
        .atMost(Duration.ofSeconds(60))
        .iterator()
        .next()
        .getLong(0);
  }
}
