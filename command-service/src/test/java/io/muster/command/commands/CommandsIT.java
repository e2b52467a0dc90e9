package io.muster.command.commands;

import static io.muster.command.Api.commands;
import static io.muster.command.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The REST interface, to devices that are not connected. */
@ServiceTest
class CommandsIT {
  private static final Map<String, Object> REBOOT = Map.of("name", "reboot");

  @Inject Pool pool;
  CommandStack stack;
  private Api api;
  private DeviceAddress device;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    api = Api.as(stack.person("operator", device.tenant().value()));
  }

  @Test
  void aCommandWaitsInItsQueueAndSaysAllThatWasAgreedOn() {
    var sent =
        api.send(
            device,
            Map.of(
                "name",
                "set-point",
                "payload",
                Map.of("celsius", 21.5),
                "qos",
                2,
                "timeToLive",
                "PT1H",
                "responseTimeout",
                "PT5S",
                "retry",
                Map.of("retries", 3, "minBackoff", "PT2S", "maxBackoff", "PT10S")));
    var id = sent.<String>path("id");
    sent.then().statusCode(201).header("Location", startsWith("http")).body("id", notNullValue());
    api.read(device, id)
        .then()
        .statusCode(200)
        .body("device", equalTo("d1"))
        .body("name", equalTo("set-point"))
        .body("payload.celsius", equalTo(21.5f))
        .body("contentType", equalTo("application/json"))
        .body("qos", equalTo(2))
        .body("oneWay", equalTo(false))
        .body("responseTimeout", equalTo("PT5S"))
        .body("retry.retries", equalTo(3))
        .body("state", equalTo("queued"))
        .body("finished", equalTo(false))
        .body("attempts", equalTo(0))
        .body("answer", nullValue())
        .body("createdBy", equalTo("pat-operator"))
        .body("steps.state", contains("queued"));
  }

  @Test
  void bytesArePossibleToo() {
    var bytes = new byte[] {0, 1, -1};
    var id =
        api.sent(
            device,
            Map.of(
                "name", "write",
                "payloadBase64", Base64.getEncoder().encodeToString(bytes),
                "contentType", "application/octet-stream"));
    api.read(device, id)
        .then()
        .body("payloadBase64", equalTo("AAH/"))
        .body("payload", nullValue())
        .body("contentType", equalTo("application/octet-stream"));
  }

  @Test
  void listsTheNewestFirstPageByPage() {
    List<String> ids = new ArrayList<>();
    for (var i = 0; i < 5; i++) {
      ids.add(0, api.sent(device, Map.of("name", i == 2 ? "other" : "reboot")));
    }
    var first = api.get(commands(device) + "?limit=3");
    first.then().statusCode(200).body("items.id", equalTo(ids.subList(0, 3)));
    var second = api.get(commands(device) + "?limit=3&cursor=" + first.path("next"));
    second.then().body("items.id", equalTo(ids.subList(3, 5))).body("next", nullValue());
    api.get(commands(device) + "?name=other").then().body("items.id", contains(ids.get(2)));
    api.get(commands(device) + "?state=sent").then().body("items", hasSize(0));
    api.get(commands(device) + "?state=queued").then().body("items", hasSize(5));
    var tenants = "/api/v1/tenants/" + device.tenant() + "/commands";
    api.get(tenants + "?device=d1&state=queued").then().body("items", hasSize(5));
    api.get(tenants + "?device=d2").then().body("items", hasSize(0));
    assertProblem(api.get(tenants + "?state=lost"), 400, "malformed-request");
    assertProblem(api.get(tenants + "?cursor=lost"), 400, "malformed-request");
  }

  @Test
  void aDeviceThatTheRegistryDoesNotHaveIsSentNothing() {
    assertProblem(
        api.send(DeviceAddress.of(device.tenant().value(), "no"), REBOOT), 404, "not-found");
  }

  @Test
  void withTheRegistryAwayKnownDevicesAreSentCommands() {
    api.sent(device, REBOOT);
    stack.registry().away(true);
    try {
      api.sent(device, REBOOT);
      var unknown = DeviceAddress.of(device.tenant().value(), "unknown");
      stack.registry().add(unknown);
      assertProblem(api.send(unknown, REBOOT), 503, "unavailable")
          .header("Retry-After", notNullValue());
    } finally {
      stack.registry().away(false);
    }
  }

  @Test
  void aRepeatedRequestSendsNothingTwice() {
    var first = withKey("k1", REBOOT);
    first.then().statusCode(201);
    var second = withKey("k1", REBOOT);
    assertEquals(first.<String>path("id"), second.path("id"));
    assertProblem(withKey("k1", Map.of("name", "other")), 409, "idempotency-key-used");
    assertProblem(withKey("a b", REBOOT), 400, "malformed-request");
    api.get(commands(device)).then().body("items", hasSize(1));
    // Another device's requests are others.
    var other = DeviceAddress.of(device.tenant().value(), "d2");
    stack.registry().add(other);
    api.request()
        .contentType(ContentType.JSON)
        .header("Idempotency-Key", "k1")
        .body(REBOOT)
        .post(commands(other))
        .then()
        .statusCode(201);
  }

  @Test
  void fiftyClientsWithOneKeySendOneCommand() throws Exception {
    try (var clients = Executors.newFixedThreadPool(50)) {
      List<Future<Response>> answers = new ArrayList<>();
      for (var i = 0; i < 50; i++) {
        answers.add(clients.submit(() -> withKey("same", REBOOT)));
      }
      for (var answer : answers) {
        answer.get().then().statusCode(201);
      }
    }
    api.get(commands(device)).then().body("items", hasSize(1));
  }

  @Test
  void aDeviceHasABoundedNumberOfOpenCommands() throws Exception {
    try (var clients = Executors.newFixedThreadPool(50)) {
      List<Future<Integer>> statuses = new ArrayList<>();
      for (var i = 0; i < 50; i++) {
        statuses.add(clients.submit(() -> api.send(device, REBOOT).statusCode()));
      }
      var taken = 0;
      for (var status : statuses) {
        taken += status.get() == 201 ? 1 : 0;
      }
      assertEquals(20, taken);
    }
    assertProblem(api.send(device, REBOOT), 429, "limit-reached");
    var one = api.get(commands(device) + "?limit=1").<List<String>>path("items.id").getFirst();
    api.cancel(device, one).then().statusCode(200);
    api.sent(device, REBOOT);
  }

  @Test
  void aTenantHasABoundedNumberOfOpenCommands() {
    for (var i = 0; i < 30; i++) {
      var another = DeviceAddress.of(device.tenant().value(), "many-" + i % 3);
      stack.registry().add(another);
      api.sent(another, REBOOT);
    }
    assertProblem(api.send(device, REBOOT), 429, "limit-reached");
    var stranger = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(stranger);
    Api.as(stack.person("operator", stranger.tenant().value())).sent(stranger, REBOOT);
  }

  @Test
  void aPayloadHasABoundedLength() {
    api.sent(device, Map.of("name", "x", "payload", "x".repeat(32_766)));
    assertProblem(
        api.send(device, Map.of("name", "x", "payload", "x".repeat(32_767))), 413, "too-large");
  }

  @Test
  void cancellingSaysThatNothingWasSent() {
    var id = api.sent(device, REBOOT);
    api.cancel(device, id)
        .then()
        .statusCode(200)
        .body("state", equalTo("cancelled"))
        .body("reason", equalTo("before-sending"))
        .body("finished", equalTo(true))
        .body("steps.state", contains("queued", "cancelled"));
    assertProblem(api.cancel(device, id), 409, "command-finished");
    assertProblem(api.cancel(device, UUID.randomUUID().toString()), 404, "not-found");
  }

  @Test
  void eachRoleMayDoWhatIsItsOwn() {
    var viewer = Api.as(stack.person("viewer", device.tenant().value()));
    var id = api.sent(device, REBOOT);
    viewer.read(device, id).then().statusCode(200);
    assertProblem(viewer.send(device, REBOOT), 403, "forbidden");
    assertProblem(viewer.cancel(device, id), 403, "forbidden");
    assertProblem(Api.as(null).send(device, REBOOT), 401, "not-authenticated");
    assertProblem(
        Api.as(stack.serviceToken("ingest")).send(device, REBOOT), 401, "not-authenticated");
  }

  @Test
  void tenantsNeverSeeEachOther() {
    var id = api.sent(device, REBOOT);
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    assertProblem(stranger.send(device, REBOOT), 403, "forbidden");
    assertProblem(stranger.read(device, id), 403, "forbidden");
    assertProblem(stranger.cancel(device, id), 403, "forbidden");
    assertProblem(stranger.get(commands(device)), 403, "forbidden");
    assertProblem(
        stranger.get("/api/v1/tenants/" + device.tenant() + "/commands"), 403, "forbidden");
    // With a path of one's own tenant, another one's command is not there; nor another device's.
    var own = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(own);
    var owner = Api.as(stack.person("operator", own.tenant().value()));
    owner.sent(own, REBOOT);
    assertProblem(owner.read(own, id), 404, "not-found");
    assertProblem(owner.cancel(own, id), 404, "not-found");
    var other = DeviceAddress.of(device.tenant().value(), "d2");
    stack.registry().add(other);
    api.sent(other, REBOOT);
    assertProblem(api.read(other, id), 404, "not-found");
    assertProblem(api.cancel(other, id), 404, "not-found");
    assertEquals("queued", api.state(device, id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "nonsense",
        "{\"name\":\"x\",\"nmae\":1}",
        "{\"name\":5}",
        "{\"name\":\"x\",\"qos\":\"1\"}",
        "{\"name\":\"x\",\"name\":\"y\"}",
        "{\"name\":\"x\",\"payloadBase64\":\"%%%\"}",
        "{\"name\":\"x\",\"oneWay\":1}",
        "{\"name\":\"x\"} {}"
      })
  void whatIsNoCommandIsMalformed(String body) {
    assertEquals(
        400,
        api.request().contentType(ContentType.JSON).body(body).post(commands(device)).statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"name\":\"a/b\"}",
        "{\"name\":\"+\"}",
        "{\"name\":\"\"}",
        "{\"name\":\"x\",\"qos\":3}",
        "{\"name\":\"x\",\"timeToLive\":\"PT0S\"}",
        "{\"name\":\"x\",\"timeToLive\":\"P31D\"}",
        "{\"name\":\"x\",\"timeToLive\":\"-PT5S\"}",
        "{\"name\":\"x\",\"responseTimeout\":\"P8D\"}",
        "{\"name\":\"x\",\"retry\":{\"retries\":-1}}",
        "{\"name\":\"x\",\"retry\":{\"minBackoff\":\"PT5S\",\"maxBackoff\":\"PT1S\"}}",
        "{\"name\":\"x\",\"payload\":1,\"payloadBase64\":\"AA==\"}"
      })
  void whatMakesNoSenseIsRefused(String body) {
    assertProblem(
        api.request().contentType(ContentType.JSON).body(body).post(commands(device)),
        422,
        "invalid-content");
  }

  @Test
  void theAuditHasWhoSentAndCancelledWhat() {
    var id = api.sent(device, REBOOT);
    api.cancel(device, id).then().statusCode(200);
    List<String> entries = new ArrayList<>();
    pool.preparedQuery("SELECT action, subject, actor FROM audit WHERE tenant = $1 ORDER BY place")
        .execute(Tuple.of(device.tenant().value()))
        .await()
        .indefinitely()
        .forEach(
            row -> entries.add(row.getString(0) + " " + row.getString(1) + " " + row.getString(2)));
    assertEquals(
        List.of(
            "command-sent devices/d1/commands/" + id + " pat-operator",
            "command-cancelled devices/d1/commands/" + id + " pat-operator"),
        entries);
  }

  @Test
  void openApiKnowsTheCommands() {
    Api.as(null)
        .request()
        .accept("application/json")
        .get("/q/openapi?format=json")
        .then()
        .body(
            "paths.keySet()",
            hasItem(
                commands(DeviceAddress.of("tt", "d"))
                    .replace("/tt/", "/{tenant}/")
                    .replace("/d/", "/{device}/")));
  }

  private Response withKey(String key, Object body) {
    return api.request()
        .contentType(ContentType.JSON)
        .header("Idempotency-Key", key)
        .body(body)
        .post(commands(device));
  }
}
