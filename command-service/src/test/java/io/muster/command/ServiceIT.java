package io.muster.command;

import static io.muster.command.Api.commands;
import static io.muster.command.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator sees of the service. */
@ServiceTest
class ServiceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, String> REBOOT = Map.of("name", "reboot");

  CommandStack stack;
  private DeviceAddress device;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "label-probe");
    stack.registry().add(device);
    api = Api.as(stack.person("operator", device.tenant().value()));
  }

  @Test
  void itIsReadyAndAlive() {
    await()
        .pollDelay(Duration.ZERO)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                Api.as(null)
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("UP"))
                    .body("checks.name", hasItems("database")));
    Api.as(null)
        .get("/q/health/live")
        .then()
        .statusCode(200)
        .body("checks.name", hasItems("followers", "publisher"));
  }

  @Test
  void itDescribesItsInterface() {
    var answer = Api.as(null).request().accept("application/json").get("/q/openapi?format=json");
    answer.then().statusCode(200);
    Map<String, Object> paths = answer.path("paths");
    for (var path :
        List.of(
            "/api/v1/tenants/{tenant}/commands",
            "/api/v1/tenants/{tenant}/schedules",
            "/api/v1/tenants/{tenant}/schedules/{schedule}/firings",
            "/api/v1/tenants/{tenant}/devices/{device}/commands",
            "/api/v1/tenants/{tenant}/devices/{device}/commands/{command}",
            "/api/v1/tenants/{tenant}/devices/{device}/commands/{command}/cancel")) {
      assertTrue(paths.containsKey(path), path);
    }
    answer.then().body("components.schemas", hasKey("CommandBody"));
  }

  @Test
  void aDeviceIsNoLabelOfAMetric() {
    api.read(device, api.sent(device, REBOOT)).then().statusCode(200);
    api.get(commands(device) + "/no-such-command");
    var metrics = Api.as(null).get("/q/metrics").asString();
    assertTrue(metrics.contains("muster_command_queue_looks_total"), metrics);
    assertTrue(metrics.contains("muster_command_log_age_seconds"), metrics);
    assertFalse(metrics.contains("label-probe"), metrics);
    assertFalse(metrics.contains(device.tenant().value()), metrics);
  }

  /** The client's word for it, in a class of its own that says nothing else. */
  @Test
  void aDroppedWakeUpIsNotWorthALine() throws ClassNotFoundException {
    var client =
        Class.forName(
            "com.hivemq.client.internal.mqtt.handler.publish.incoming.MqttIncomingPublishService");
    assertFalse(Logger.getLogger(client).isEnabled(Logger.Level.WARN));
    assertTrue(Logger.getLogger(client.getPackageName()).isEnabled(Logger.Level.WARN));
  }

  @Test
  void aDeletedTenantIsNoneAndLeavesNothing() throws SQLException {
    api.sent(device, REBOOT);
    assertEquals(1, stored("command"));
    stack.registry().delete(device.tenant());
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertProblem(api.get(commands(device)), 404, "not-found"));
    assertProblem(api.send(device, REBOOT), 404, "not-found");
    await().atMost(PATIENCE).until(() -> stored("command") + stored("device_queue") == 0);
    // Who has nothing to do with it learns nothing.
    var stranger = Api.as(stack.person("operator", Api.freshTenant()));
    assertProblem(stranger.get(commands(device)), 403, "forbidden");
  }

  private long stored(String table) throws SQLException {
    try (var connection = stack.postgres().connectAsSuperuser();
        var statement =
            connection.prepareStatement(
                "SELECT count(*) FROM command." + table + " WHERE tenant = ?")) {
      statement.setString(1, device.tenant().value());
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  @Test
  void aBodyThatDoesNotSayItsLengthIsBoundedToo() throws Exception {
    var bytes = new byte[1_100_000];
    Arrays.fill(bytes, (byte) ' ');
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + RestAssured.port + commands(device)))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + stack.person("operator", device.tenant().value()))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var answer = client.send(request, BodyHandlers.ofString());
      assertEquals(413, answer.statusCode());
      assertTrue(answer.body().contains("urn:muster:problem:too-large"), answer.body());
    }
  }

  @Test
  void itRecoversWhenTheDatabaseWasAway() {
    api.sent(device, REBOOT);
    stack.postgres().stop();
    try {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertProblem(api.get(commands(device)), 503, "unavailable")
                      .header("Retry-After", equalTo("2")));
      assertProblem(api.send(device, REBOOT), 503, "unavailable");
      await().atMost(PATIENCE).until(() -> Api.as(null).get("/q/health/ready").statusCode() == 503);
      assertEquals(200, Api.as(null).get("/q/health/live").statusCode());
    } finally {
      stack.postgres().restart();
    }
    await().atMost(PATIENCE).until(() -> Api.as(null).get("/q/health/ready").statusCode() == 200);
    await().atMost(PATIENCE).until(() -> api.send(device, REBOOT).statusCode() == 201);
    stack.endpoint().connect(device);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertFalse(stack.endpoint().received(device).isEmpty()));
  }
}
