package io.muster.command.trace;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.Endpoint;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One trace from the request over MQTT to the device's answer, in the running service. */
@ServiceTest
class TracesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Inject RecordedSpans spans;
  CommandStack stack;
  private DeviceAddress device;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    stack.endpoint().connect(device);
    api = Api.as(stack.person("operator", device.tenant().value()));
  }

  @Test
  void theDevicesAnswerJoinsTheTraceOfTheRequestThoughTheDeviceTellsOfNone() {
    var trace = UUID.randomUUID().toString().replace("-", "");
    var id =
        api.request()
            .contentType(ContentType.JSON)
            .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
            .body(Map.of("name", "reboot"))
            .post(Api.commands(device))
            .<String>path("id");
    await().atMost(PATIENCE).until(() -> !stack.endpoint().received(device).isEmpty());
    var told = Endpoint.property(stack.endpoint().received(device).getFirst(), "traceparent");
    assertEquals(trace, told.split("-")[1], told);
    stack.endpoint().answer(device, id, 200, "");
    await().atMost(PATIENCE).until(() -> named(trace, "receive answer").count() >= 1);
    await().atMost(PATIENCE).until(() -> named(trace, "send command").count() >= 1);
    // Both hang on the request itself, of which the device was told.
    var request = told.split("-")[2];
    for (var name : List.of("send command", "receive answer")) {
      assertEquals(request, named(trace, name).findFirst().orElseThrow().getParentSpanId(), name);
    }
  }

  @Test
  void whatADeviceSaysOfAJobOverAwsTopicsJoinsTheTraceOfTheRequest() {
    var trace = UUID.randomUUID().toString().replace("-", "");
    stack.endpoint().askForJobs(device, "get", "");
    await().atMost(PATIENCE).until(() -> !stack.endpoint().jobs(device).isEmpty());
    var jobs = "/api/v1/tenants/" + device.tenant() + "/jobs";
    var job =
        api.request()
            .contentType(ContentType.JSON)
            .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
            .body(
                Map.of(
                    "command", Map.of("name", "reboot"),
                    "targets", Map.of("devices", List.of("d1"))))
            .post(jobs)
            .<String>path("id");
    await().atMost(PATIENCE).until(() -> api.get(jobs + "/" + job).path("counts.queued") != null);
    stack.endpoint().askForJobs(device, job + "/update", "{\"status\":\"SUCCEEDED\"}");
    await().atMost(PATIENCE).until(() -> named(trace, "receive answer").count() >= 1);
  }

  @Test
  void eachFiringOfAScheduleIsATraceThatReachesTheDevice() {
    // Should a second have passed before it is made, it is made for later.
    var made = scheduled(1).statusCode() == 201 || scheduled(30).statusCode() == 201;
    assertTrue(made, "no schedule");
    await().atMost(PATIENCE).until(() -> !stack.endpoint().received(device).isEmpty());
    var told = Endpoint.property(stack.endpoint().received(device).getFirst(), "traceparent");
    var trace = told.split("-")[1];
    await().atMost(PATIENCE).until(() -> named(trace, "schedule fires").count() == 1);
    await().atMost(PATIENCE).until(() -> named(trace, "send command").count() >= 1);
  }

  private Response scheduled(int secondsFromNow) {
    return api.request()
        .contentType(ContentType.JSON)
        .body(
            Map.of(
                "device", "d1",
                "command", Map.of("name", "reboot"),
                "at", Instant.now().plusSeconds(secondsFromNow).toString()))
        .post("/api/v1/tenants/" + device.tenant() + "/schedules");
  }

  private Stream<SpanData> named(String trace, String name) {
    return spans.of(trace).stream().filter(span -> span.getName().equals(name));
  }
}
