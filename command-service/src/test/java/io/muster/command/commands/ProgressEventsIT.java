package io.muster.command.commands;

import static io.muster.command.Api.commands;
import static io.muster.command.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command's progress as server-sent events over real HTTP. */
@ServiceTest
class ProgressEventsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, String> REBOOT = Map.of("name", "reboot");

  CommandStack stack;
  private DeviceAddress device;
  private String token;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    token = stack.person("operator", device.tenant().value());
    api = Api.as(token);
  }

  @Test
  void eachStepIsToldAndThenTheEnd() throws Exception {
    var id = api.sent(device, REBOOT);
    List<String> lines = new CopyOnWriteArrayList<>();
    var request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + RestAssured.port + progress(device, id)))
            .header("Authorization", "Bearer " + token)
            .header("Accept", "text/event-stream")
            .build();
    try (var http = HttpClient.newHttpClient()) {
      var response = http.send(request, BodyHandlers.ofInputStream());
      assertEquals(200, response.statusCode());
      var reader = Thread.ofVirtual().start(() -> read(response.body(), lines));
      await().atMost(PATIENCE).until(() -> lines.stream().anyMatch(it -> it.contains("queued")));
      stack.endpoint().connect(device);
      await().atMost(PATIENCE).until(() -> !stack.endpoint().received(device).isEmpty());
      stack.endpoint().delivered(device, stack.endpoint().received(device).getFirst());
      stack.endpoint().answer(device, id, 200, "{\"done\":true}");
      assertTrue(reader.join(PATIENCE), "the events do not end: " + lines);
    }
    assertTrue(lines.contains("event:state") || lines.contains("event: state"), lines.toString());
    var last = lines.stream().filter(it -> it.startsWith("data")).toList();
    assertTrue(last.get(last.size() - 2).contains("\"state\":\"succeeded\""), last.toString());
    assertTrue(last.getLast().contains("{\"reason\":\"finished\"}"), last.toString());
  }

  @Test
  void whatIsNotThereIsAProblemAndNoEvent() {
    var unknown = UUID.randomUUID().toString();
    assertProblem(follow(api, progress(device, unknown)), 404, "not-found");
  }

  @Test
  void nobodyFollowsAnotherTenantsCommand() {
    var id = api.sent(device, REBOOT);
    var other = Api.as(stack.person("admin", Api.freshTenant()));
    assertProblem(follow(other, progress(device, id)), 403, "forbidden");
    assertProblem(follow(Api.as(null), progress(device, id)), 401, "not-authenticated");
    var elsewhere = DeviceAddress.of(device.tenant().value(), "d2");
    assertProblem(follow(api, progress(elsewhere, id)), 404, "not-found");
  }

  private static io.restassured.response.Response follow(Api as, String path) {
    return as.request().accept("text/event-stream").get(path);
  }

  private static String progress(DeviceAddress device, String id) {
    return commands(device) + "/" + id + "/progress";
  }

  private static void read(java.io.InputStream body, List<String> lines) {
    new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))
        .lines()
        .forEach(lines::add);
  }
}
