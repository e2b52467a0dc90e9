package io.muster.command.aws;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.Endpoint;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.restassured.http.ContentType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job from REST over the real broker to a device that fetches it, and back. */
@ServiceTest
class AwsJobsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  CommandStack stack;
  private String tenant;
  private DeviceAddress device;
  private Endpoint endpoint;
  private Api api;

  @BeforeEach
  void makeADevice() {
    tenant = Api.freshTenant();
    device = DeviceAddress.of(tenant, "d1");
    stack.registry().add(device);
    endpoint = stack.endpoint();
    api = Api.as(stack.person("operator", tenant));
  }

  @Test
  void aJobIsToldBegunAndDone() {
    listens();
    var job = make(Map.of("operation", "reboot"));
    var next = awaitMessage("notify-next", 1);
    assertEquals(job, next.at("/execution/jobId").textValue());
    assertEquals("QUEUED", next.at("/execution/status").textValue());
    assertEquals("reboot", next.at("/execution/jobDocument/operation").textValue());
    assertEquals(job, awaitMessage("notify", 1).at("/jobs/QUEUED/0/jobId").textValue());
    endpoint.askForJobs(device, "start-next", "{\"clientToken\":\"t\"}");
    var started = awaitMessage("start-next/accepted", 1);
    assertEquals("t", started.get("clientToken").textValue());
    assertEquals(2, started.at("/execution/versionNumber").intValue());
    awaitCount(job, "accepted");
    endpoint.askForJobs(
        device,
        job + "/update",
        "{\"status\":\"SUCCEEDED\",\"expectedVersion\":2,\"statusDetails\":{\"took\":\"3 s\"}}");
    awaitMessage(job + "/update/accepted", 1);
    awaitMessage("notify-next", it -> !it.has("execution"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> api.get(jobs(job)).then().body("state", equalTo("completed")));
    api.get(jobs(job)).then().body("counts.succeeded", equalTo(1));
    var command = api.get(jobs(job) + "/devices").<String>path("items[0].command");
    api.read(device, command)
        .then()
        .body("state", equalTo("succeeded"))
        .body("answer.status", equalTo(200))
        .body("answer.payload.took", equalTo("3 s"))
        .body("steps.state", equalTo(List.of("queued", "accepted", "succeeded")));
    assertEquals(List.of(), endpoint.received(device));
  }

  @Test
  void aJobThatIsCancelledIsTakenBackUnlessItIsInProgress() {
    listens();
    var begun = make(Map.of("n", 1));
    awaitMessage("notify-next", 1);
    endpoint.askForJobs(device, "start-next", "");
    awaitMessage("start-next/accepted", 1);
    var waiting = make(Map.of("n", 2));
    awaitMessage("notify", it -> it.at("/jobs/QUEUED/0/jobId").asText().equals(waiting));
    for (var job : List.of(begun, waiting)) {
      cancel(job, Map.of());
    }
    awaitMessage(
        "notify", it -> it.at("/jobs").has("IN_PROGRESS") && !it.at("/jobs").has("QUEUED"));
    awaitCount(waiting, "cancelled");
    awaitCount(begun, "accepted");
    cancel(begun, Map.of("alsoSent", true));
    awaitCount(begun, "cancelled");
    awaitMessage("notify", it -> it.at("/jobs").isEmpty());
    endpoint.askForJobs(device, begun + "/update", "{\"status\":\"SUCCEEDED\"}");
    var refused = awaitMessage(begun + "/update/rejected", 1);
    assertEquals("InvalidStateTransition", refused.get("code").textValue());
    assertEquals("CANCELED", refused.at("/executionState/status").textValue());
  }

  @Test
  void anotherTenantsDeviceOfThatNameHasNoSuchJob() {
    var job = make(Map.of("n", 1));
    awaitCount(job, "queued");
    var stranger = DeviceAddress.of(Api.freshTenant(), "d1");
    endpoint.askForJobs(stranger, job + "/update", "{\"status\":\"SUCCEEDED\"}");
    await().atMost(PATIENCE).until(() -> endpoint.jobs(stranger).size() == 1);
    var refused = json(endpoint.jobs(stranger).getFirst());
    assertEquals("ResourceNotFound", refused.get("code").textValue());
    endpoint.askForJobs(stranger, "get", "");
    await().atMost(PATIENCE).until(() -> endpoint.jobs(stranger).size() == 2);
    assertTrue(json(endpoint.jobs(stranger).getLast()).get("queuedJobs").isEmpty());
    awaitCount(job, "queued");
  }

  private void listens() {
    var epoch = endpoint.connect(device);
    var things = "$aws/things/" + tenant + ":d1/jobs/";
    endpoint.listen(device, epoch, device, things + "notify", things + "notify-next");
    // Its word on it has come when it is answered.
    endpoint.askForJobs(device, "get", "");
    awaitMessage("get/accepted", 1);
  }

  private String make(Map<String, Object> document) {
    var made =
        api.request()
            .contentType(ContentType.JSON)
            .body(
                Map.of(
                    "command",
                    Map.of("name", "work", "payload", document, "responseTimeout", "PT1H"),
                    "targets",
                    Map.of("devices", List.of("d1"))))
            .post("/api/v1/tenants/" + tenant + "/jobs");
    made.then().statusCode(201);
    return made.path("id");
  }

  private void cancel(String job, Map<String, Object> body) {
    api.request()
        .contentType(ContentType.JSON)
        .body(body)
        .post(jobs(job) + "/cancel")
        .then()
        .statusCode(200);
  }

  private void awaitCount(String job, String state) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> api.get(jobs(job)).then().body("counts." + state, equalTo(1)));
  }

  /** The message of that number, from 1, under that name. */
  private JsonNode awaitMessage(String rest, int number) {
    await().atMost(PATIENCE).until(() -> messages(rest).size() >= number);
    return json(messages(rest).get(number - 1));
  }

  /** One that fits, of those under that name: what nobody acknowledges is told again. */
  private void awaitMessage(String rest, Predicate<JsonNode> fits) {
    await()
        .atMost(PATIENCE)
        .until(() -> messages(rest).stream().map(AwsJobsIT::json).anyMatch(fits));
  }

  private List<Mqtt5Publish> messages(String rest) {
    var topic = "aws/" + device + "/jobs/" + rest;
    return endpoint.jobs(device).stream()
        .filter(it -> it.getTopic().toString().equals(topic))
        .toList();
  }

  private String jobs(String job) {
    return "/api/v1/tenants/" + tenant + "/jobs/" + job;
  }

  private static JsonNode json(Mqtt5Publish message) {
    return JobsJson.read(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))
        .orElseThrow();
  }
}
