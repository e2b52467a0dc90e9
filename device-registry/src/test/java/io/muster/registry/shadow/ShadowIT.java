package io.muster.registry.shadow;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class ShadowIT {
  Tokens tokens;
  private String tenant;
  private Api operator;
  private String device;
  private String shadow;

  @BeforeEach
  void makeADevice() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    device = operator.device(tenant, "lamp");
    shadow = device + "/shadow";
  }

  @Test
  void aShadowIsMadeReadUpdatedAndDeleted() {
    assertProblem(operator.get(shadow), 404, "not-found")
        .body("detail", equalTo("No shadow exists with name: '" + tenant + ":lamp'."));
    update(shadow, "{'state':{'desired':{'color':'RED','n':1.50}},'clientToken':'t1'}")
        .then()
        .statusCode(200)
        .header("ETag", "\"1\"")
        .body("version", equalTo(1))
        .body("clientToken", equalTo("t1"))
        .body("state.desired.color", equalTo("RED"));
    operator.patch(shadow, Map.of("state", Map.of("reported", Map.of("color", "GREEN"))));
    var whole = operator.get(shadow);
    whole
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("state.delta.color", equalTo("RED"))
        .body("state.reported.color", equalTo("GREEN"))
        .body("clientToken", nullValue());
    assertTrue(whole.asString().contains("\"n\":1.50"), whole.asString());
    assertTrue(whole.<Integer>path("metadata.desired.color.timestamp") > 1_700_000_000);
    operator
        .delete(shadow)
        .then()
        .statusCode(200)
        .body("version", equalTo(2))
        .body("state", nullValue());
    assertProblem(operator.get(shadow), 404, "not-found");
    assertProblem(operator.delete(shadow), 404, "not-found");
    assertProblem(operator.get(device + "/shadow-history"), 404, "not-found");
    operator.get(device + "/shadows").then().body("items", hasSize(0));
    // Versions go on, so nobody takes the new one for the old one.
    update(shadow, "{'state':{'reported':{'a':1}}}").then().body("version", equalTo(3));
    operator.get(shadow).then().body("state.desired", nullValue());
  }

  @Test
  void namedShadowsStandBesideTheClassicOne() {
    update(shadow + "/config", "{'state':{'desired':{'a':1}}}").then().statusCode(200);
    update(shadow + "/history", "{'state':{'reported':{'a':1}}}").then().statusCode(200);
    update(shadow, "{'state':{'reported':{'a':2}}}").then().statusCode(200);
    operator
        .get(device + "/shadows")
        .then()
        .statusCode(200)
        .body("items.name", equalTo(List.of("", "config", "history")))
        .body("items.delta", equalTo(List.of(false, true, false)));
    operator.get(shadow + "/config").then().body("state.delta.a", equalTo(1));
    operator.delete(shadow + "/config").then().statusCode(200);
    assertProblem(operator.get(shadow + "/config"), 404, "not-found")
        .body("detail", equalTo("No shadow exists with name: 'config'."));
    operator.get(shadow).then().statusCode(200);
  }

  @Test
  void theLastVersionsAreKept() {
    for (int i = 1; i <= 25; i++) {
      update(shadow, "{'state':{'desired':{'n':%d}}}".formatted(i)).then().statusCode(200);
    }
    var history = operator.get(device + "/shadow-history");
    history.then().statusCode(200);
    assertEquals(
        IntStream.iterate(25, n -> n - 1).limit(20).boxed().toList(),
        history.<List<Integer>>path("items.version"));
    assertEquals(25, history.<Integer>path("items[0].state.desired.n"));
    assertEquals(6, history.<Integer>path("items[19].state.desired.n"));
    assertEquals("api", history.path("items[0].source"));
  }

  @Test
  void fiftyClientsAtOnceLoseNoUpdateAndVersionsHaveNoGaps() throws Exception {
    var perClient = 4;
    var versions =
        concurrently(
            50,
            n ->
                () ->
                    IntStream.range(0, perClient)
                        .mapToObj(
                            i -> {
                              var done =
                                  update(
                                      shadow,
                                      "{'state':{'reported':{'c%d':{'i%d':%d}}}}"
                                          .formatted(n, i, i));
                              done.then().statusCode(200);
                              return done.<Integer>path("version");
                            })
                        .toList());
    assertEquals(
        IntStream.rangeClosed(1, 50 * perClient).boxed().toList(),
        versions.stream().flatMap(List::stream).sorted().toList());
    var whole = operator.get(shadow);
    assertEquals(50 * perClient, whole.<Integer>path("version"));
    for (int n = 0; n < 50; n++) {
      Map<String, Integer> ofClient = whole.path("state.reported.c" + n);
      assertEquals(Map.of("i0", 0, "i1", 1, "i2", 2, "i3", 3), ofClient);
    }
  }

  @Test
  void ofManyThatExpectOneVersionOneSucceeds() throws Exception {
    update(shadow, "{'state':{'desired':{'a':0}}}").then().statusCode(200);
    var statuses =
        concurrently(
            20,
            n ->
                () ->
                    update(shadow, "{'state':{'desired':{'a':%d}},'version':1}".formatted(n))
                        .statusCode());
    assertEquals(1, statuses.stream().filter(status -> status == 200).count());
    assertEquals(19, statuses.stream().filter(status -> status == 409).count());
    operator.get(shadow).then().body("version", equalTo(2));
  }

  private static <T> List<T> concurrently(
      int clients, java.util.function.IntFunction<Callable<T>> client) throws Exception {
    try (var threads = Executors.newFixedThreadPool(clients)) {
      var all = IntStream.range(0, clients).mapToObj(client).toList();
      return threads.invokeAll(all).stream()
          .map(
              it -> {
                try {
                  return it.get();
                } catch (Exception failed) {
                  throw new AssertionError(failed);
                }
              })
          .toList();
    }
  }

  @Test
  void aVersionThatIsNotThePresentOneIsAConflict() {
    update(shadow, "{'state':{'desired':{'a':1}},'version':5}");
    assertProblem(
        update(shadow, "{'state':{'desired':{'a':1}},'version':5}"),
        409,
        "shadow-version-conflict");
    assertProblem(operator.get(shadow), 404, "not-found");
    update(shadow, "{'state':{'desired':{'a':1}},'version':0}").then().statusCode(200);
    assertProblem(
        operator
            .request()
            .contentType("application/json")
            .header("If-Match", "\"7\"")
            .body("{\"state\":{}}")
            .post(shadow),
        412,
        "version-mismatch");
    assertProblem(
        operator.request().header("If-Match", "\"7\"").delete(shadow), 412, "version-mismatch");
    operator.get(shadow).then().body("version", equalTo(1));
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() {
    assertProblem(update(shadow, "{'state':{'desired':[]}}"), 400, "malformed-request")
        .body("errors[0].pointer", equalTo("/state/desired"))
        .body("errors[0].detail", equalTo("Desired node must be an object"));
    assertProblem(update(shadow, "{"), 400, "malformed-request")
        .body("errors[0].detail", equalTo("Invalid JSON"));
    assertProblem(update(shadow, ""), 400, "malformed-request");
    assertProblem(
            update(shadow, "{'state':{'reported':{'a':'\\u0000'}}}"), 400, "malformed-request")
        .body("errors[0].pointer", equalTo("/state/reported/a"));
    var deep = "{'a':".repeat(9) + "1" + "}".repeat(9);
    assertProblem(update(shadow, "{'state':{'desired':" + deep + "}}"), 400, "malformed-request")
        .body("errors[0].detail", containsString("maximum is 8"));
    var long_ = "x".repeat(8_200);
    assertProblem(update(shadow, "{'state':{'desired':{'a':'" + long_ + "'}}}"), 413, "too-large");
    assertProblem(
        operator
            .request()
            .contentType("application/json")
            .body("{\"state\":{\"desired\":{\"a\":\"é\"}}}".getBytes(StandardCharsets.ISO_8859_1))
            .post(shadow),
        415,
        "unsupported-media-type");
    assertProblem(
        operator.request().contentType("text/plain").body("x").post(shadow),
        415,
        "unsupported-media-type");
    assertProblem(operator.get(shadow), 404, "not-found");
  }

  @Test
  void namesThatAreNoneAreRefused() {
    for (var name : List.of("a.b", "a%20b", "%2b", "%23", "$x", "x".repeat(65), "a%c3%a9")) {
      assertProblem(operator.get(shadow + "/" + name), 400, "malformed-request");
      assertProblem(update(shadow + "/" + name, "{'state':{}}"), 400, "malformed-request");
    }
    assertProblem(operator.get(shadow + "/..%2fx"), 400, "malformed-request");
    update(shadow + "/" + "x".repeat(64), "{'state':{}}").then().statusCode(200);
    update(shadow + "/a:b_c-1", "{'state':{}}").then().statusCode(200);
  }

  @Test
  void aDeviceHasAsManyShadowsAsItMay() {
    for (int i = 0; i < 50; i++) {
      update(shadow + "/s" + i, "{'state':{'reported':{'a':1}}}").then().statusCode(200);
    }
    assertProblem(update(shadow, "{'state':{}}"), 429, "limit-reached");
    update(shadow + "/s7", "{'state':{'reported':{'a':2}}}").then().statusCode(200);
    // What was deleted holds its place for a while, since its version does.
    operator.delete(shadow + "/s7").then().statusCode(200);
    assertProblem(update(shadow, "{'state':{}}"), 429, "limit-reached");
    update(shadow + "/s7", "{'state':{}}").then().statusCode(200).body("version", equalTo(3));
  }

  @Test
  void aShadowGoesWithItsDevice() {
    update(shadow, "{'state':{'desired':{'a':1}}}").then().statusCode(200);
    operator.delete(device).then().statusCode(204);
    assertProblem(operator.get(shadow), 404, "not-found")
        .body("detail", equalTo("There is no device 'lamp'."));
    assertProblem(update(shadow, "{'state':{'desired':{'a':1}}}"), 404, "not-found");
    operator.device(tenant, "lamp");
    assertProblem(operator.get(shadow), 404, "not-found");
    update(shadow, "{'state':{'desired':{'a':1}}}").then().body("version", equalTo(1));
  }

  @Test
  void anotherTenantsShadowsAreClosed() {
    update(shadow, "{'state':{'desired':{'secret':1}}}").then().statusCode(200);
    var otherTenant = Api.as(tokens.admin()).tenant();
    var stranger = Api.as(tokens.person("admin", otherTenant));
    for (var path :
        List.of(shadow, shadow + "/x", device + "/shadows", device + "/shadow-history")) {
      assertProblem(stranger.get(path), 403, "forbidden");
    }
    assertProblem(stranger.post(shadow, Map.of("state", Map.of())), 403, "forbidden");
    assertProblem(stranger.patch(shadow, Map.of("state", Map.of())), 403, "forbidden");
    assertProblem(stranger.delete(shadow), 403, "forbidden");
    // The same whether it exists or not.
    assertProblem(stranger.get(Api.devices(tenant) + "/nosuch/shadow"), 403, "forbidden");
    // A device of the same name is another device.
    var theirs = stranger.device(otherTenant, "lamp");
    assertProblem(stranger.get(theirs + "/shadow"), 404, "not-found");
    var viewer = Api.as(tokens.person("viewer", tenant));
    viewer.get(shadow).then().statusCode(200);
    assertProblem(viewer.post(shadow, Map.of("state", Map.of())), 403, "forbidden");
    assertProblem(viewer.delete(shadow), 403, "forbidden");
    assertProblem(Api.as(null).get(shadow), 401, "not-authenticated");
  }

  @Test
  void changesStandInTheAudit() {
    update(shadow + "/config", "{'state':{'desired':{'secret':1}}}").then().statusCode(200);
    operator.delete(shadow + "/config").then().statusCode(200);
    assertProblem(update(shadow + "/config", "{'state':5}"), 400, "malformed-request");
    var audit =
        Api.as(tokens.person("admin", tenant))
            .get("/api/v1/tenants/" + tenant + "/audit?subject=devices/lamp/shadow/config");
    audit
        .then()
        .statusCode(200)
        .body("items.action", equalTo(List.of("shadow-deleted", "shadow-updated")))
        .body("items[0].subject", equalTo("devices/lamp/shadow/config"));
    assertTrue(!audit.asString().contains("secret"));
  }

  private Response update(String path, String body) {
    return operator
        .request()
        .contentType("application/json")
        .body(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
        .post(path);
  }
}
