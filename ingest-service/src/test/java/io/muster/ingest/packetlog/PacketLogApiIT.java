package io.muster.ingest.packetlog;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.IngestStack;
import io.muster.ingest.endpoint.DeviceEndpoint;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packet logs over REST, with the endpoint of the service as it runs. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class PacketLogApiIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SECRET = "a-secret-that-is-shown-nowhere";
  private static final AtomicInteger TENANTS = new AtomicInteger();

  @Inject DeviceEndpoint endpoint;
  @TestHTTPResource URI base;
  IngestStack stack;

  private final String tenant = "packets-" + TENANTS.incrementAndGet();
  private final String path = "/api/v1/tenants/" + tenant + "/devices/pump/packet-log";

  private RequestSpecification as(String role, String tenants) {
    return given().auth().oauth2(stack.personsToken(role, tenants)).contentType(ContentType.JSON);
  }

  private RequestSpecification operator() {
    return as("operator", tenant);
  }

  /** A CONNECT at MQTT 5 whose client identifier is not the device's. */
  private void connectWithAWrongClientIdentifier() {
    try (var socket = new Socket("127.0.0.1", endpoint.port())) {
      var body = new ByteArrayOutputStream();
      var out = new DataOutputStream(body);
      out.writeUTF("MQTT");
      out.write(new byte[] {5, (byte) 0xC2, 0, 60, 0});
      out.writeUTF("mqttx_1");
      out.writeUTF("pump@" + tenant);
      out.writeUTF(SECRET);
      socket.getOutputStream().write(new byte[] {0x10, (byte) body.size()});
      socket.getOutputStream().write(body.toByteArray());
      socket.setSoTimeout(60_000);
      assertEquals(0x20, socket.getInputStream().read());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitOn() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              connectWithAWrongClientIdentifier();
              return operator().get(path).body().asString().contains("CONNACK");
            });
  }

  @Test
  void aBodyThatDoesNotSayItsLengthIsBoundedToo() throws Exception {
    var bytes = new byte[100_000];
    Arrays.fill(bytes, (byte) ' ');
    var request =
        HttpRequest.newBuilder(base.resolve(path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + stack.personsToken("operator", tenant))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var answer = client.send(request, BodyHandlers.ofString());
      assertEquals(413, answer.statusCode());
      assertTrue(answer.body().contains("urn:muster:problem:too-large"), answer.body());
    }
  }

  @Test
  void showsWhyADeviceIsRefused() {
    operator().get(path).then().statusCode(200).body("on", equalTo(false)).body("entries", empty());
    operator()
        .body("{\"minutes\":5}")
        .put(path)
        .then()
        .statusCode(200)
        .body("device", equalTo("pump"))
        .body("on", equalTo(true))
        .body("payloads", equalTo(false))
        .body("until", notNullValue());
    awaitOn();
    operator()
        .get(path)
        .then()
        .body("entries[0].direction", equalTo("in"))
        .body("entries[0].packet", equalTo("CONNECT"))
        .body("entries[0].replica", notNullValue())
        .body("entries[0].fields.clientIdentifier", equalTo("mqttx_1"))
        .body("entries[1].fields.reason", equalTo("client-identifier-not-valid"))
        .body("entries[2].packet", equalTo("CONNACK"))
        .body("entries[2].fields.reasonCode", equalTo("0x85"))
        .body(not(containsString(SECRET)));
    operator().get(path + "?limit=1").then().body("entries", hasSize(1));
    operator().delete(path).then().statusCode(204);
    operator().get(path).then().body("on", equalTo(false)).body("entries", empty());
    operator().delete(path).then().statusCode(404).contentType("application/problem+json");
  }

  @Test
  void isFollowedWhileItIsOn() {
    var events = new CopyOnWriteArrayList<String>();
    operator()
        .accept("text/event-stream")
        .get(path + "/live")
        .then()
        .statusCode(409)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:muster:problem:packet-log-off"));
    operator().put(path).then().statusCode(200);
    var request =
        HttpRequest.newBuilder(base.resolve(path + "/live"))
            .header("Authorization", "Bearer " + stack.personsToken("operator", tenant))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var reading =
          client
              .sendAsync(request, BodyHandlers.ofLines())
              .thenAcceptAsync(
                  answer -> {
                    try (var lines = answer.body()) {
                      lines.forEach(events::add);
                    }
                  });
      await().atMost(PATIENCE).until(() -> events.contains("event:open"));
      awaitOn();
      await()
          .atMost(PATIENCE)
          .until(() -> events.stream().anyMatch(line -> line.contains("\"refused\"")));
      operator().delete(path).then().statusCode(204);
      await().atMost(PATIENCE).until(() -> events.contains("data:{\"reason\":\"off\"}"));
      reading.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
      client.shutdownNow();
    }
  }

  @Test
  void everySwitchIsInTheAuditLog() {
    var lines = new CopyOnWriteArrayList<String>();
    var audit = Logger.getLogger("io.muster.ingest.audit");
    var recording = recording(lines);
    audit.addHandler(recording);
    try {
      operator().body("{\"payloads\":true}").put(path).then().statusCode(200);
      operator().delete(path).then().statusCode(204);
    } finally {
      audit.removeHandler(recording);
    }
    assertEquals(
        List.of(
            "packet-log-switched-on by somebody: " + tenant + "/pump for 15 minutes, with payloads",
            "packet-log-switched-off by somebody: " + tenant + "/pump"),
        lines);
  }

  private static Handler recording(List<String> lines) {
    return new Handler() {
      @Override
      public void publish(LogRecord line) {
        lines.add(((ExtLogRecord) line).getFormattedMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void isForOperatorsOfTheTenant() {
    for (var role : List.of("viewer", "other")) {
      as(role, tenant).put(path).then().statusCode(403);
      as(role, tenant).get(path).then().statusCode(403);
      as(role, tenant).delete(path).then().statusCode(403);
      as(role, tenant).get(path + "/live").then().statusCode(403);
    }
    as("operator", "another").put(path).then().statusCode(403);
    as("operator", "another").get(path + "/live").then().statusCode(403);
    given().get(path).then().statusCode(401);
    as("admin", "*").get(path).then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"minutes\":0}", "{\"minutes\":61}"})
  void saysWhatItCannotAccept(String body) {
    operator()
        .body(body.getBytes(UTF_8))
        .put(path)
        .then()
        .statusCode(422)
        .body("type", equalTo("urn:muster:problem:invalid-content"))
        .body("errors[0].pointer", equalTo("/minutes"));
    operator().get(path).then().body("on", equalTo(false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"minutes\":\"long\"}",
        "{\"minute\":5}",
        "{\"payloads\":7.5}",
        "[]",
        "nonsense"
      })
  void saysWhatItDoesNotUnderstand(String body) {
    operator()
        .body(body.getBytes(UTF_8))
        .put(path)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:muster:problem:malformed-request"));
    operator().get(path + "?limit=0").then().statusCode(400);
    operator().get(path).then().body("on", equalTo(false));
  }

  @Test
  void asManyOfATenantAsMay() {
    var devices = "/api/v1/tenants/" + tenant + "/devices/";
    for (var device : List.of("a", "b", "c", "d")) {
      operator().put(devices + device + "/packet-log").then().statusCode(200);
    }
    operator()
        .put(path)
        .then()
        .statusCode(429)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:muster:problem:limit-reached"));
    for (var device : List.of("a", "b", "c", "d")) {
      operator().delete(devices + device + "/packet-log").then().statusCode(204);
    }
  }

  @Test
  void isDescribedInOpenApiAndNoLabelNamesADevice() {
    given()
        .get("/q/openapi")
        .then()
        .body(containsString("/packet-log/live"))
        .body(containsString("PacketLogSwitch"));
    operator().get(path).then().statusCode(200);
    as("viewer", tenant).get(path).then().statusCode(403);
    given().get("/q/metrics").then().body(not(containsString("devices/pump")));
  }
}
