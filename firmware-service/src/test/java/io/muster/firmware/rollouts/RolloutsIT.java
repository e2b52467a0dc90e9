package io.muster.firmware.rollouts;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.ServiceTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollouts over REST, and devices at hawkBit's API. */
@ServiceTest
class RolloutsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  FirmwareStack stack;
  private String tenant;
  private String token;
  private Api api;

  @BeforeEach
  void makeDevices() {
    tenant = Api.freshTenant();
    token = stack.person("admin", tenant);
    api = Api.as(token);
    for (var id : List.of("lamp-1", "lamp-2", "lamp-3")) {
      stack.registry().add(DeviceAddress.of(tenant, id));
    }
    api.put(Api.of(tenant) + "/firmware-settings", "\"0\"", Map.of("signatureRequired", false))
        .then()
        .statusCode(200);
  }

  @Test
  void aRolloutGoesFromItsForecastToItsDevices() {
    var body = body(released("2.0"), Map.of("groups", List.of(Map.of("count", 1), Map.of())));
    api.post(rollouts() + "/forecast", body)
        .then()
        .statusCode(200)
        .body("devices", equalTo(3))
        .body("fitting", equalTo(3))
        .body("groups.devices", equalTo(List.of(1, 2)))
        .body("takes", equalTo("PT20M"));
    var made = api.post(rollouts(), body);
    made.then()
        .statusCode(201)
        .header("Location", containsString("/rollouts/" + made.path("id")))
        .body("state", equalTo("running"))
        .body("createdBy", equalTo("pat-admin"));
    var rollout = rollouts() + "/" + made.path("id");
    awaits(rollout, "counts.given", 1);
    update("lamp-1", "success");
    awaits(rollout, "counts.given", 2);
    update("lamp-2", "success");
    update("lamp-3", "success");
    awaits(rollout, "state", "finished");
    api.get(rollout + "/devices?state=finished&limit=2")
        .then()
        .statusCode(200)
        .body("items.device", equalTo(List.of("lamp-1", "lamp-2")))
        .body("items.group", equalTo(List.of(0, 1)))
        .body("next", notNullValue());
    assertNamesStates(rollout + "/devices?state=foo", "pending", "unreached", "superseded");
    assertNamesStates(rollouts() + "?state=foo", "waiting-for-approval", "rejected");
    api.get(rollouts() + "?state=finished")
        .then()
        .body("items.id", hasItems((String) made.path("id")));
    api.get(rollouts() + "?state=running").then().body("items.size()", equalTo(0));
  }

  private void assertNamesStates(String path, String... states) {
    var problem = assertProblem(api.get(path), 400, "malformed-request");
    problem.body("errors.parameter", equalTo(List.of("state")));
    for (var state : states) {
      problem.body("errors[0].detail", containsString(state));
    }
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() {
    var distribution = released("2.0");
    var wrong = new HashMap<String, Object>(body(distribution, Map.of()));
    wrong.put("atOnce", 0);
    wrong.put("groups", List.of(Map.of(), Map.of("share", 2)));
    wrong.put("maintenance", Map.of("cron", "x", "duration", "PT1H", "zone", "Mars/Base"));
    wrong.put("retry", Map.of("attempts", 1000));
    var answer = api.post(rollouts(), wrong);
    assertProblem(answer, 422, "invalid-content");
    answer
        .then()
        .body(
            "errors.pointer",
            hasItems(
                "/atOnce",
                "/groups/0",
                "/groups/1",
                "/groups/1/share",
                "/maintenance/zone",
                "/retry/attempts"));
    assertProblem(api.post(rollouts(), Map.of("name", "x")), 422, "invalid-content");
    assertProblem(
        api.request().contentType("application/json").body("{\"nane\":1}").post(rollouts()),
        400,
        "malformed-request");
    assertProblem(
        api.post(rollouts(), body(UUID.randomUUID().toString(), Map.of())), 422, "invalid-content");
    assertProblem(api.post(rollouts(), body(distribution("3.0"), Map.of())), 409, "not-released");
    assertProblem(api.get(rollouts() + "/" + UUID.randomUUID()), 404, "not-found");
  }

  @Test
  void fiftyClientsWithOneKeyMakeOneRollout() throws Exception {
    var body = body(released("2.0"), Map.of("manualStart", true));
    List<Future<Response>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < 50; i++) {
        answers.add(
            threads.submit(
                () ->
                    api.request()
                        .header("Idempotency-Key", "once")
                        .contentType("application/json")
                        .body(body)
                        .post(rollouts())));
      }
    }
    var ids = new HashSet<String>();
    for (var answer : answers) {
      answer.get().then().statusCode(201);
      ids.add(answer.get().path("id"));
    }
    assertEquals(1, ids.size());
    assertProblem(
        api.request()
            .header("Idempotency-Key", "once")
            .contentType("application/json")
            .body(body(released("3.0"), Map.of()))
            .post(rollouts()),
        409,
        "idempotency-key-used");
  }

  @Test
  void aSecondPersonApproves() {
    var settings = Api.of(tenant) + "/rollout-settings";
    api.put(settings, "\"0\"", Map.of("approvalRequired", true)).then().statusCode(200);
    assertProblem(
        api.put(settings, "\"0\"", Map.of("approvalRequired", false)), 412, "version-mismatch");
    assertProblem(
        Api.as(stack.person("operator", tenant))
            .put(settings, "\"1\"", Map.of("approvalRequired", false)),
        403,
        "forbidden");
    var made = api.post(rollouts(), body(released("2.0"), Map.of()));
    made.then().statusCode(201).body("state", equalTo("waiting-for-approval"));
    var rollout = rollouts() + "/" + made.path("id");
    assertProblem(api.post(rollout + "/approve", Map.of()), 409, "same-person");
    assertOnlyAdminsGiveItToOneDevice(made.path("distribution"));
    Api.as(stack.person("operator", tenant))
        .post(rollout + "/approve", Map.of("note", "seen"))
        .then()
        .statusCode(200)
        .body("decision.by", equalTo("pat-operator"))
        .body("decision.note", equalTo("seen"));
    awaits(rollout, "counts.given", 3);
  }

  private void assertOnlyAdminsGiveItToOneDevice(String distribution) {
    var actions = Api.of(tenant) + "/devices/lamp-1/firmware-actions";
    var body = Map.of("distribution", distribution);
    assertProblem(Api.as(stack.person("operator", tenant)).post(actions, body), 403, "forbidden");
    api.post(actions, body).then().statusCode(201);
  }

  @Test
  void nobodyTouchesAnotherTenantsRollouts() {
    var made = api.post(rollouts(), body(released("2.0"), Map.of("manualStart", true)));
    var rollout = rollouts() + "/" + made.path("id");
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    var viewer = Api.as(stack.person("viewer", tenant));
    for (var path : List.of("", "/devices", "/progress")) {
      assertProblem(stranger.get(rollout + path), 403, "forbidden");
      assertProblem(Api.as(null).get(rollout + path), 401, "not-authenticated");
    }
    assertProblem(stranger.get(rollouts()), 403, "forbidden");
    var wanted = body(released("3.0"), Map.of());
    assertProblem(stranger.post(rollouts(), wanted), 403, "forbidden");
    assertProblem(stranger.post(rollouts() + "/forecast", wanted), 403, "forbidden");
    assertProblem(
        stranger.put(
            Api.of(tenant) + "/rollout-settings", "\"0\"", Map.of("approvalRequired", true)),
        403,
        "forbidden");
    assertProblem(stranger.get(Api.of(tenant) + "/rollout-settings"), 403, "forbidden");
    for (var what :
        List.of("approve", "reject", "start", "pause", "resume", "cancel", "retry", "rollback")) {
      assertProblem(stranger.post(rollout + "/" + what, Map.of()), 403, "forbidden");
      assertProblem(viewer.post(rollout + "/" + what, Map.of()), 403, "forbidden");
    }
    assertProblem(viewer.post(rollouts() + "/forecast", Map.of()), 403, "forbidden");
    var own = Api.freshTenant();
    var other = Api.as(stack.person("admin", own));
    assertProblem(other.get(Api.of(own) + "/rollouts/" + made.path("id")), 404, "not-found");
    assertProblem(
        other.request().post(Api.of(own) + "/rollouts/" + made.path("id") + "/start"),
        404,
        "not-found");
    // What is another tenant's is not given to anybody's devices.
    assertProblem(
        other.post(Api.of(own) + "/rollouts", body(released("4.0"), Map.of())),
        422,
        "invalid-content");
  }

  @Test
  void itsProgressIsToldAsItIsMade() throws Exception {
    var made = api.post(rollouts(), body(released("2.0"), Map.of()));
    var path = rollouts() + "/" + made.path("id");
    awaits(path, "counts.given", 3);
    List<String> lines = new CopyOnWriteArrayList<>();
    var request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + RestAssured.port + path + "/progress"))
            .header("Authorization", "Bearer " + token)
            .header("Accept", "text/event-stream")
            .build();
    try (var http = HttpClient.newHttpClient()) {
      var response = http.send(request, BodyHandlers.ofInputStream());
      assertEquals(200, response.statusCode());
      var reader = Thread.ofVirtual().start(() -> read(response.body(), lines));
      await()
          .atMost(PATIENCE)
          .until(() -> lines.stream().anyMatch(it -> it.contains("\"given\":3")));
      for (var id : List.of("lamp-1", "lamp-2", "lamp-3")) {
        update(id, "success");
      }
      assertTrue(reader.join(PATIENCE), "the events do not end: " + lines);
    }
    var data = lines.stream().filter(it -> it.startsWith("data")).toList();
    assertTrue(data.getFirst().contains("\"timeLeft\":\"PT"), data.toString());
    assertTrue(data.get(data.size() - 2).contains("\"finished\":3"), data.toString());
    assertTrue(data.getLast().contains("{\"reason\":\"ended\"}"), data.toString());
    assertProblem(
        api.request()
            .accept("text/event-stream")
            .get(rollouts() + "/" + UUID.randomUUID() + "/progress"),
        404,
        "not-found");
  }

  private static void read(InputStream body, List<String> lines) {
    new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))
        .lines()
        .forEach(lines::add);
  }

  private void awaits(String rollout, String member, Object value) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> api.get(rollout).then().body(member, equalTo(value)));
  }

  /** The device polls, gets its update, and says how it ended. */
  private void update(String device, String finished) {
    var made = api.post(Api.of(tenant) + "/devices/" + device + "/target-tokens", Map.of());
    var own = Api.as(null).request().header("Authorization", "TargetToken " + made.path("token"));
    var base = "/" + tenant + "/controller/v1/" + device;
    String link = own.get(base).path("_links.deploymentBase.href");
    var action = link.substring(link.lastIndexOf('/') + 1);
    own.get(base + "/deploymentBase/" + action).then().statusCode(200);
    own.contentType("application/json")
        .body(
            "{\"id\":\"%s\",\"status\":{\"execution\":\"closed\",\"result\":{\"finished\":\"%s\"}}}"
                .formatted(action, finished)
                .getBytes(StandardCharsets.UTF_8))
        .post(base + "/deploymentBase/" + action + "/feedback")
        .then()
        .statusCode(200);
  }

  private Map<String, Object> body(String distribution, Map<String, Object> more) {
    var body = new HashMap<String, Object>();
    body.put("name", "spring");
    body.put("distribution", distribution);
    body.put("targets", Map.of("devices", List.of("lamp-1", "lamp-2", "lamp-3")));
    body.putAll(more);
    return body;
  }

  private String released(String version) {
    var distribution = distribution(version);
    api.request()
        .post(Api.of(tenant) + "/distributions/" + distribution + "/release")
        .then()
        .statusCode(200);
    return distribution;
  }

  private String distribution(String version) {
    var artifact = api.upload(tenant, "image.swu", version.getBytes(StandardCharsets.UTF_8));
    var module =
        api.post(
            Api.of(tenant) + "/software-modules",
            Map.of(
                "name",
                "base",
                "version",
                version,
                "type",
                "firmware",
                "artifacts",
                List.of(artifact.<String>path("id"))));
    module.then().statusCode(201);
    var made =
        api.post(
            Api.of(tenant) + "/distributions",
            Map.of(
                "name", "lamp", "version", version, "modules", List.of(module.<String>path("id"))));
    made.then().statusCode(201);
    return made.path("id");
  }

  private String rollouts() {
    return Api.of(tenant) + "/rollouts";
  }
}
