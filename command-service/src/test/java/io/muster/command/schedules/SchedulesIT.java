package io.muster.command.schedules;

import static io.muster.command.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules of the running service over REST; their course is that of {@link ScheduleCourseIT}. */
@ServiceTest
class SchedulesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, Object> NIGHTLY =
      Map.of("cron", "30 2 * * *", "zone", "Europe/Berlin");

  CommandStack stack;
  private DeviceAddress device;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    stack.registry().filter("tag==lab", id -> true);
    api = Api.as(stack.person("operator", device.tenant().value()));
  }

  @Test
  void aCommandReachesItsDeviceAtItsTime() {
    stack.endpoint().connect(device);
    var made = make(api, command(Map.of("at", Instant.now().plusSeconds(1).toString())));
    if (made.statusCode() == 422) {
      // That second had passed before it was made.
      made = make(api, command(Map.of("at", Instant.now().plusSeconds(30).toString())));
    }
    made.then().statusCode(201).header("ETag", equalTo("\"1\"")).body("state", equalTo("active"));
    var id = made.<String>path("id");
    made.then().header("Location", endsWith(schedules() + "/" + id));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> api.get(schedules() + "/" + id).then().body("last.outcome", equalTo("fired")));
    var command = api.get(schedules() + "/" + id + "/firings").<String>path("items[0].command");
    await().atMost(PATIENCE).until(() -> api.state(device, command).equals("sent"));
    api.read(device, command)
        .then()
        .body("payload.rpm", equalTo(900))
        .body("createdBy", equalTo("pat-operator"));
  }

  @Test
  void whatWasAskedForIsRead() {
    var body = command(NIGHTLY);
    body.put("description", "slower at night");
    body.put("catchUpWithin", "PT10M");
    var id = make(api, body).<String>path("id");
    api.get(schedules() + "/" + id)
        .then()
        .statusCode(200)
        .header("ETag", equalTo("\"1\""))
        .body("description", equalTo("slower at night"))
        .body("device", equalTo("d1"))
        .body("command.name", equalTo("set-speed"))
        .body("command.payload.rpm", equalTo(900))
        .body("job", nullValue())
        .body("cron", equalTo("30 2 * * *"))
        .body("zone", equalTo("Europe/Berlin"))
        .body("catchUpWithin", equalTo("PT10M"))
        .body("nextAt", notNullValue())
        .body("last", nullValue());
  }

  @Test
  void aJobIsScheduledAndPausedResumedReplacedAndDeleted() {
    Map<String, Object> body = new HashMap<>(NIGHTLY);
    body.put(
        "job", Map.of("command", Map.of("name", "x"), "targets", Map.of("filter", "tag==lab")));
    var made = make(api, body);
    made.then().statusCode(201).body("job.targets.filter", equalTo("tag==lab"));
    var id = made.<String>path("id");
    post(api, id, "pause").then().statusCode(200).body("state", equalTo("paused"));
    assertProblem(post(api, id, "pause"), 409, "schedule-state");
    api.get(schedules() + "?state=paused").then().body("items.id", contains(id));
    post(api, id, "resume")
        .then()
        .header("ETag", equalTo("\"3\""))
        .body("state", equalTo("active"));
    assertProblem(put(id, null, body), 428, "version-required");
    assertProblem(put(id, "\"1\"", body), 412, "version-mismatch");
    body.put("cron", "0 5 * * *");
    put(id, "\"3\"", body).then().statusCode(200).body("cron", equalTo("0 5 * * *"));
    assertProblem(
        api.request().header("If-Match", "\"1\"").delete(schedules() + "/" + id),
        412,
        "version-mismatch");
    assertEquals(204, api.request().delete(schedules() + "/" + id).statusCode());
    assertProblem(api.get(schedules() + "/" + id), 404, "not-found");
    assertProblem(api.get(schedules() + "?state=lost"), 400, "malformed-request");
  }

  @Test
  void theyAreListedPageByPage() {
    List<String> ids = new ArrayList<>();
    for (var i = 0; i < 3; i++) {
      ids.add(0, make(api, command(NIGHTLY)).path("id"));
    }
    var first = api.get(schedules() + "?limit=2");
    first.then().body("items.id", equalTo(ids.subList(0, 2)));
    api.get(schedules() + "?limit=2&cursor=" + first.path("next"))
        .then()
        .body("items.id", contains(ids.getLast()))
        .body("next", nullValue());
    assertProblem(api.get(schedules() + "?cursor=lost"), 400, "malformed-request");
  }

  @Test
  void fiftyClientsWithOneKeyMakeOneSchedule() throws Exception {
    var body = command(NIGHTLY);
    try (var clients = Executors.newFixedThreadPool(50)) {
      List<Future<Response>> answers = new ArrayList<>();
      for (var i = 0; i < 50; i++) {
        answers.add(clients.submit(() -> withKey("same", body)));
      }
      for (var answer : answers) {
        answer.get().then().statusCode(201);
      }
    }
    api.get(schedules()).then().body("items", hasSize(1));
    body.put("cron", "0 5 * * *");
    assertProblem(withKey("same", body), 409, "idempotency-key-used");
  }

  @Test
  void tenantsNeverSeeEachOther() {
    var id = make(api, command(NIGHTLY)).<String>path("id");
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    for (var path : List.of("", "/" + id, "/" + id + "/firings")) {
      assertProblem(stranger.get(schedules() + path), 403, "forbidden");
      assertProblem(Api.as(null).get(schedules() + path), 401, "not-authenticated");
    }
    assertProblem(make(stranger, command(NIGHTLY)), 403, "forbidden");
    assertProblem(post(stranger, id, "pause"), 403, "forbidden");
    // With a path of one's own tenant, another one's schedule is not there.
    var own = Api.freshTenant();
    var owner = Api.as(stack.person("admin", own));
    var there = "/api/v1/tenants/" + own + "/schedules/" + id;
    assertProblem(owner.get(there), 404, "not-found");
    assertProblem(owner.get(there + "/firings"), 404, "not-found");
    assertProblem(owner.request().delete(there), 404, "not-found");
    assertProblem(owner.request().post(there + "/pause"), 404, "not-found");
    assertProblem(api.get(schedules() + "/" + UUID.randomUUID()), 404, "not-found");
    api.get(schedules() + "/" + id).then().body("state", equalTo("active"));
  }

  @Test
  void aDeviceOfAnotherTenantIsNotReached() {
    var victim = DeviceAddress.of(Api.freshTenant(), "d2");
    stack.registry().add(victim);
    var body = command(NIGHTLY);
    body.put("device", "d2");
    assertProblem(make(api, body), 404, "not-found");
  }

  @Test
  void aViewerChangesNothing() {
    var viewer = Api.as(stack.person("viewer", device.tenant().value()));
    assertProblem(make(viewer, command(NIGHTLY)), 403, "forbidden");
    var id = make(api, command(NIGHTLY)).<String>path("id");
    assertProblem(post(viewer, id, "pause"), 403, "forbidden");
    assertProblem(post(viewer, id, "resume"), 403, "forbidden");
    assertProblem(viewer.request().delete(schedules() + "/" + id), 403, "forbidden");
    viewer.get(schedules() + "/" + id).then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"cron\":\"0 0 * * *\",\"zone\":\"UTC\"}",
        "{\"device\":\"d1\",\"command\":{\"name\":\"\"},\"cron\":\"0 0 * * *\",\"zone\":\"UTC\"}",
        "{\"device\":\"d1\",\"command\":{\"name\":\"x\"}}",
        "{\"device\":\"d1\",\"command\":{\"name\":\"x\"},\"at\":\"2001-01-01T00:00:00Z\"}",
        "{\"device\":\"d1\",\"command\":{\"name\":\"x\"},\"cron\":\"* * *\",\"zone\":\"UTC\"}",
        "{\"job\":{\"command\":{\"name\":\"x\"},\"targets\":{\"filter\":\"nonsense\"}},"
            + "\"cron\":\"0 0 * * *\",\"zone\":\"UTC\"}"
      })
  void whatMakesNoSenseIsRefused(String body) {
    assertProblem(
        api.request().contentType(ContentType.JSON).body(body).post(schedules()),
        422,
        "invalid-content");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"device\":5}",
        "{\"device\":\"a/b\",\"command\":{\"name\":\"x\"},\"cron\":\"0 0 * * *\",\"zone\":\"UTC\"}",
        "{\"device\":\"d1\",\"command\":{\"nmae\":\"x\"},\"cron\":\"0 0 * * *\",\"zone\":\"UTC\"}",
        "{\"device\":\"d1\",\"command\":{\"name\":\"x\"},\"at\":\"tomorrow\"}"
      })
  void whatIsNoScheduleIsMalformed(String body) {
    assertEquals(
        400, api.request().contentType(ContentType.JSON).body(body).post(schedules()).statusCode());
  }

  private String schedules() {
    return "/api/v1/tenants/" + device.tenant() + "/schedules";
  }

  private static Map<String, Object> command(Map<String, Object> times) {
    Map<String, Object> body = new HashMap<>(times);
    body.put("device", "d1");
    body.put("command", Map.of("name", "set-speed", "payload", Map.of("rpm", 900)));
    return body;
  }

  private Response make(Api as, Object body) {
    return as.request().contentType(ContentType.JSON).body(body).post(schedules());
  }

  private Response withKey(String key, Object body) {
    return api.request()
        .contentType(ContentType.JSON)
        .header("Idempotency-Key", key)
        .body(body)
        .post(schedules());
  }

  private Response put(String id, String ifMatch, Object body) {
    var request = api.request().contentType(ContentType.JSON).body(body);
    return (ifMatch == null ? request : request.header("If-Match", ifMatch))
        .put(schedules() + "/" + id);
  }

  private Response post(Api as, String id, String action) {
    return as.request().post(schedules() + "/" + id + "/" + action);
  }
}
