package io.muster.command.jobs;

import static io.muster.command.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs of the running service over REST; their course is that of {@link JobCourseIT}. */
@ServiceTest
class JobsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, Object> REBOOT = Map.of("name", "reboot");

  CommandStack stack;
  private String tenant;
  private Api api;

  @BeforeEach
  void makeDevices() {
    tenant = Api.freshTenant();
    for (var id : List.of("d1", "d2", "d3")) {
      stack.registry().add(DeviceAddress.of(tenant, id));
    }
    stack.registry().filter("tag==lab", id -> true);
    stack.registry().filter("group==odd", id -> !id.equals("d2"));
    api = Api.as(stack.person("operator", tenant));
  }

  @Test
  void aGroupGetsACommandAndTheJobSaysHowFarItHasCome() {
    stack.endpoint().connect(DeviceAddress.of(tenant, "d1"));
    var made = make(api, Map.of("command", REBOOT, "targets", Map.of("group", "odd")));
    made.then()
        .statusCode(201)
        .body("state", equalTo("running"))
        .body("targets.group", equalTo("odd"))
        .body("command.name", equalTo("reboot"))
        .body("createdBy", equalTo("pat-operator"));
    var job = made.<String>path("id");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                api.get(jobs() + "/" + job)
                    .then()
                    .body("counts.queued", equalTo(1))
                    .body("counts.sent", equalTo(1)));
    var devices = api.get(jobs() + "/" + job + "/devices");
    devices.then().body("items.device", contains("d1", "d3"));
    var command = devices.<String>path("items[0].command");
    api.read(DeviceAddress.of(tenant, "d1"), command).then().body("job", equalTo(job));
    stack.endpoint().answer(DeviceAddress.of(tenant, "d1"), command, 200, "");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> api.get(jobs() + "/" + job).then().body("counts.succeeded", equalTo(1)));
  }

  @Test
  void itIsPausedResumedCancelledAndListed() {
    var body =
        Map.of(
            "command", REBOOT,
            "targets", Map.of("filter", "tag==lab"),
            "startAt", java.time.Instant.now().plusSeconds(3_600).toString());
    var job = make(api, body).<String>path("id");
    post(api, job, "pause").then().statusCode(200).body("state", equalTo("paused"));
    assertProblem(post(api, job, "pause"), 409, "job-state");
    post(api, job, "resume").then().statusCode(200).body("state", equalTo("scheduled"));
    api.get(jobs() + "?state=scheduled").then().body("items.id", hasItem(job));
    post(api, job, "cancel").then().statusCode(200).body("state", equalTo("cancelled"));
    api.get(jobs() + "?state=scheduled").then().body("items", hasSize(0));
    assertProblem(post(api, job, "retry"), 409, "job-state");
    assertProblem(api.get(jobs() + "?state=lost"), 400, "malformed-request");
  }

  @Test
  void aRepeatedRequestMakesNothingTwice() {
    var body = Map.of("command", REBOOT, "targets", Map.of("devices", List.of("d1")));
    var first = withKey("k1", body).<String>path("id");
    withKey("k1", body).then().statusCode(201).body("id", equalTo(first));
    var other = Map.of("command", REBOOT, "targets", Map.of("devices", List.of("d2")));
    assertProblem(withKey("k1", other), 409, "idempotency-key-used");
  }

  @Test
  void tenantsNeverSeeEachOther() {
    var job =
        make(api, Map.of("command", REBOOT, "targets", Map.of("devices", List.of("d1"))))
            .<String>path("id");
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    for (var path : List.of("", "/" + job, "/" + job + "/devices")) {
      assertProblem(stranger.get(jobs() + path), 403, "forbidden");
      assertProblem(Api.as(null).get(jobs() + path), 401, "not-authenticated");
    }
    assertProblem(post(stranger, job, "cancel"), 403, "forbidden");
    assertProblem(api.get(jobs() + "/" + UUID.randomUUID()), 404, "not-found");
  }

  @Test
  void aViewerChangesNothing() {
    var viewer = Api.as(stack.person("viewer", tenant));
    var body = Map.of("command", REBOOT, "targets", Map.of("devices", List.of("d1")));
    assertProblem(make(viewer, body), 403, "forbidden");
    var job = make(api, body).<String>path("id");
    for (var action : List.of("pause", "resume", "cancel", "retry")) {
      assertProblem(post(viewer, job, action), 403, "forbidden");
    }
    viewer.get(jobs() + "/" + job).then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"command\":{\"name\":\"x\"},\"targets\":{}}",
        "{\"command\":{\"name\":\"\"},\"targets\":{\"devices\":[\"d1\"]}}",
        "{\"command\":{\"name\":\"x\"}}",
        "{\"targets\":{\"devices\":[\"d1\"]}}",
        "{\"command\":{\"name\":\"x\"},\"targets\":{\"filter\":\"nonsense\"}}",
        "{\"command\":{\"name\":\"x\"},\"targets\":{\"devices\":[\"d1\"]},\"rate\":{}}"
      })
  void whatMakesNoSenseIsRefused(String body) {
    assertProblem(
        api.request().contentType(ContentType.JSON).body(body).post(jobs()),
        422,
        "invalid-content");
  }

  private String jobs() {
    return "/api/v1/tenants/" + tenant + "/jobs";
  }

  private Response make(Api as, Object body) {
    return as.request().contentType(ContentType.JSON).body(body).post(jobs());
  }

  private Response withKey(String key, Object body) {
    return api.request()
        .contentType(ContentType.JSON)
        .header("Idempotency-Key", key)
        .body(body)
        .post(jobs());
  }

  private Response post(Api as, String job, String action) {
    return as.request()
        .contentType(ContentType.JSON)
        .body("{}")
        .post(jobs() + "/" + job + "/" + action);
  }
}
