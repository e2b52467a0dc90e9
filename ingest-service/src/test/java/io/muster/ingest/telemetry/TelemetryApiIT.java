package io.muster.ingest.telemetry;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.IngestStack;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.opentelemetry.context.Context;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The REST interface of the service as it runs. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class TelemetryApiIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger TENANTS = new AtomicInteger();

  @Inject Intake intake;
  @TestHTTPResource URI base;
  IngestStack stack;

  private final String tenant = "api-" + TENANTS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of(tenant, "one");

  @Test
  void showsReadingsInOrderPageByPage() {
    store(
        "{\"ts\":\"2015-02-04T17:51:59Z\",\"temperature\":23.15,\"n\":9007199254740993}",
        "{\"ts\":\"2015-02-04T17:51:00Z\",\"temperature\":23.18,\"on\":true}",
        "{\"ts\":\"2015-02-04T17:51:00Z\",\"temperature\":24}");
    var next =
        viewer()
            .get("/telemetry?limit=2")
            .then()
            .statusCode(200)
            .body("items", hasSize(2))
            .body("items.time", everyItem(equalTo("2015-02-04T17:51:00Z")))
            .extract()
            .path("next");
    viewer()
        .queryParam("cursor", next)
        .get("/telemetry?limit=2")
        .then()
        .body("items", hasSize(1))
        .body("items[0].values.temperature", equalTo(23.15f))
        .body("items[0].values.n", equalTo(9007199254740993L))
        .body("next", nullValue());
    assertEquals(
        "{\"items\":[{\"time\":\"2015-02-04T17:51:59Z\",\"values\":{\"temperature\":23.15}}]}",
        viewer()
            .get(
                "/telemetry?from=2015-02-04T17:51:30Z&to=2015-02-04T17:52:00Z&fields=temperature,none")
            .asString());
    viewer().get("/telemetry?fields=on").then().body("items", hasSize(1));
    viewer().get("/telemetry?to=2015-02-04T17:51:00Z").then().body("items", empty());
  }

  @Test
  void sumsUpInBuckets() {
    store(
        IntStream.range(0, 120)
            .mapToObj(
                i -> "{\"ts\":" + (1_423_072_800_000L + i * 1_000L) + ",\"t\":0.1,\"s\":\"x\"}")
            .toArray(String[]::new));
    viewer()
        .get("/telemetry?bucket=PT1M&aggregate=count,sum&fields=t&limit=1")
        .then()
        .statusCode(200)
        .body("items", hasSize(1))
        .body("items[0].time", equalTo("2015-02-04T18:00:00Z"))
        .body("items[0].values.t.count", equalTo(60))
        .body("items[0].values.t.sum", equalTo(6))
        .body("items[0].values.t.avg", nullValue())
        .body("next", notNullValue());
    viewer()
        .get("/telemetry?bucket=P1D&aggregate=min&aggregate=last")
        .then()
        .body("items[0].values.t.min", equalTo(0.1f))
        .body("items[0].values.s.last", equalTo("x"));
  }

  @Test
  void showsTheLatestValueOfEachField() {
    store(
        "{\"ts\":1000,\"a\":1,\"b\":1}",
        "{\"ts\":2000,\"a\":2}",
        "{\"ts\":500,\"a\":0,\"c\":\"old\"}");
    viewer()
        .get("/telemetry/latest")
        .then()
        .statusCode(200)
        .body("device", equalTo("one"))
        .body("time", equalTo("1970-01-01T00:00:02Z"))
        .body("values.a.value", equalTo(2))
        .body("values.b.value", equalTo(1))
        .body("values.b.time", equalTo("1970-01-01T00:00:01Z"))
        .body("values.c.value", equalTo("old"));
  }

  @Test
  void exportsAllPages() {
    var many =
        IntStream.range(0, 12_000)
            .mapToObj(
                i -> "{\"ts\":" + i + ",\"n\":" + i + (i == 7 ? ",\"note\":\"a,b\"" : "") + "}")
            .toList();
    for (int from = 0; from < many.size(); from += 1_000) {
      store("[" + String.join(",", many.subList(from, from + 1_000)) + "]");
    }
    var ndjson = viewer().accept("application/x-ndjson").get("/telemetry");
    ndjson.then().statusCode(200).contentType(startsWith("application/x-ndjson"));
    var lines = ndjson.asString().split("\n");
    assertEquals(12_000, lines.length);
    assertEquals("{\"time\":\"1970-01-01T00:00:11.999Z\",\"values\":{\"n\":11999}}", lines[11_999]);

    var csv = viewer().accept("text/csv").get("/telemetry?to=1970-01-01T00:00:11Z");
    csv.then().statusCode(200).contentType(startsWith("text/csv"));
    var rows = csv.asString().split("\r\n");
    assertEquals(11_001, rows.length);
    assertEquals("time,n,note", rows[0]);
    assertEquals("1970-01-01T00:00:00.007Z,7,\"a,b\"", rows[8]);
    viewer()
        .accept("text/csv")
        .get("/telemetry?fields=note")
        .then()
        .body(startsWith("time,note\r\n"));
    viewer().accept("text/csv").get("/telemetry?bucket=PT1M").then().statusCode(400);
    viewer().accept("image/png").get("/telemetry").then().statusCode(406);
  }

  @Test
  void exportsNothingForADeviceThatSentNothing() {
    assertEquals("", viewer().accept("application/x-ndjson").get("/telemetry").asString());
    assertEquals("time\r\n", viewer().accept("text/csv").get("/telemetry").asString());
    viewer().get("/telemetry").then().statusCode(200).body("items", empty());
  }

  @Test
  void showsEventsAsTheyCame() {
    var topic = new DeviceTopic.Event(device);
    offer(topic, "{\"ts\":1000,\"alarm\":{\"level\":2}}".getBytes(StandardCharsets.UTF_8));
    offer(topic, new byte[] {(byte) 0xff, 0});
    viewer()
        .get("/events?to=1970-01-02T00:00:00Z")
        .then()
        .statusCode(200)
        .body("items", hasSize(1))
        .body("items[0].time", equalTo("1970-01-01T00:00:01Z"))
        .body("items[0].data.alarm.level", equalTo(2));
    viewer().get("/events").then().body("items[1].data_base64", equalTo("/wA="));
  }

  @Test
  void listsReplaysAndDiscardsDeadLetters() {
    assertEquals(
        Outcome.deadLettered(DeadLetterReason.NOT_A_READING),
        offer(new DeviceTopic.Telemetry(device), "{\"a\":[1]}".getBytes(StandardCharsets.UTF_8)));
    String id =
        viewer("")
            .get("/dead-letters?device=one&reason=not-a-reading")
            .then()
            .statusCode(200)
            .body("items", hasSize(1))
            .body("items[0].payload", nullValue())
            .body("items[0].topic", equalTo("telemetry/" + device))
            .extract()
            .path("items[0].id");
    viewer("").get("/dead-letters/" + id).then().body("payload", equalTo("eyJhIjpbMV19"));
    viewer("").post("/dead-letters/" + id + "/replay").then().statusCode(403);
    viewer("").delete("/dead-letters/" + id).then().statusCode(403);
    person("operator", tenant, "")
        .post("/dead-letters/" + id + "/replay")
        .then()
        .statusCode(409)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:muster:problem:still-not-understood"));
    person("operator", tenant, "").delete("/dead-letters/" + id).then().statusCode(204);
    person("operator", tenant, "").delete("/dead-letters/" + id).then().statusCode(404);
    viewer("").get("/dead-letters").then().body("items", empty());
    viewer("").get("/quarantine").then().statusCode(200).body("items", empty());
    person("operator", tenant, "").post("/quarantine/one/release").then().statusCode(404);
  }

  @Test
  void sendsWhatIsStoredToWhoFollows() throws Exception {
    var events = new CopyOnWriteArrayList<String>();
    var request =
        HttpRequest.newBuilder(base.resolve("/api/v1/tenants/" + tenant + "/telemetry/live"))
            .header("Authorization", "Bearer " + token("viewer", tenant))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var response = client.sendAsync(request, BodyHandlers.ofLines());
      var reading =
          response.thenAcceptAsync(
              answer -> {
                try (var lines = answer.body()) {
                  lines.takeWhile(line -> events.size() < 100).forEach(events::add);
                }
              });
      await().atMost(PATIENCE).until(() -> events.contains("event:open"));
      var large =
          IntStream.range(0, 400)
              .mapToObj(i -> "\"field-with-a-long-name-" + i + "\":" + i)
              .collect(Collectors.joining(",", "{\"ts\":2000,", "}"));
      store("{\"ts\":1000,\"a\":1.5}", large);
      await()
          .atMost(PATIENCE)
          .until(() -> events.stream().anyMatch(line -> line.contains("name-399")));
      assertTrue(
          events.contains(
              "data:{\"device\":\"one\",\"time\":\"1970-01-01T00:00:01Z\",\"values\":{\"a\":1.5}}"),
          events::toString);
      reading.cancel(true);
      client.shutdownNow();
    }
  }

  @Test
  void refusesWhoHasNothingToDoWithIt() {
    var path = "/api/v1/tenants/" + tenant + "/devices/one/telemetry";
    given()
        .get(path)
        .then()
        .statusCode(401)
        .contentType("application/problem+json")
        .header("WWW-Authenticate", "Bearer")
        .body("type", equalTo("urn:muster:problem:not-authenticated"))
        .body("traceId", matchesPattern("[0-9a-f]{32}"));
    given().auth().oauth2("rubbish").get(path).then().statusCode(401);
    given().auth().oauth2(stack.serviceToken("ingest")).get(path).then().statusCode(401);
    given()
        .auth()
        .oauth2(token("viewer", "other"))
        .get(path)
        .then()
        .statusCode(403)
        .body("type", equalTo("urn:muster:problem:forbidden"));
    given().auth().oauth2(token("nobody", tenant)).get(path).then().statusCode(403);
    given().auth().oauth2(token("viewer", "*")).get(path).then().statusCode(200);
    given().auth().oauth2(token("admin", "*")).get("/internal/v1/events").then().statusCode(401);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from=yesterday|from",
        "to=2026-01-01T00:00:00|to",
        "from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z|to",
        "limit=0|limit",
        "limit=x|limit",
        "limit=10001|limit",
        "bucket=1h|bucket",
        "bucket=PT1M&aggregate=median|aggregate",
        "aggregate=avg|aggregate",
        "cursor=x|cursor"
      })
  void saysWhichParameterItDoesNotUnderstand(String query, String parameter) {
    viewer()
        .get("/telemetry?" + query)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:muster:problem:malformed-request"))
        .body("errors[0].parameter", equalTo(parameter));
  }

  @Test
  void saysWhichMethodsThereAre() {
    for (var path : List.of("/telemetry", "/telemetry/latest", "/telemetry/live", "/events")) {
      viewer()
          .post(path)
          .then()
          .statusCode(405)
          .header("Allow", "GET, HEAD, OPTIONS")
          .body("type", equalTo("urn:muster:problem:method-not-allowed"));
    }
    viewer().post("/telemetry/none").then().statusCode(404);
  }

  @Test
  void answersIdsThatAreNoneAndPathsThatAreNot() {
    given()
        .auth()
        .oauth2(token("viewer", "*"))
        .get("/api/v1/tenants/NO/devices/one/telemetry")
        .then()
        .statusCode(400)
        .body("errors[0].parameter", equalTo("tenant"))
        .body("errors[0].detail", containsString("no tenant id"));
    given()
        .auth()
        .oauth2(token("viewer", "*"))
        .get("/api/v1/tenants/" + tenant + "/devices/-/telemetry")
        .then()
        .statusCode(400);
    given().get("/api/v1/nothing").then().statusCode(404);
    viewer("").get("/dead-letters/nonsense").then().statusCode(400);
  }

  @Test
  void tellsOfItself() {
    given().get("/q/health/ready").then().body("checks.name", hasItem("store"));
    given().get("/q/health/live").then().statusCode(200);
    given()
        .get("/q/metrics")
        .then()
        .body(containsString("muster_intake_commit_seconds"))
        .body(containsString("muster_intake_readings_total"));
    given().get("/q/openapi").then().body(containsString("/telemetry/live"));
  }

  private void store(String... payloads) {
    var pending =
        List.of(payloads).stream()
            .map(
                payload ->
                    pending(
                        new DeviceTopic.Telemetry(device),
                        payload.getBytes(StandardCharsets.UTF_8)))
            .toList();
    pending.forEach(
        outcome -> assertEquals(Outcome.kept(), outcome.orTimeout(60, TimeUnit.SECONDS).join()));
  }

  private Outcome offer(DeviceTopic topic, byte[] payload) {
    return pending(topic, payload).orTimeout(60, TimeUnit.SECONDS).join();
  }

  private CompletableFuture<Outcome> pending(DeviceTopic topic, byte[] payload) {
    var outcome = new CompletableFuture<Outcome>();
    intake.offer(
        new Publication(
            topic, device, payload, 1, false, null, Map.of(), Instant.now(), null, Context.root()),
        outcome::complete);
    return outcome;
  }

  private String token(String role, String tenants) {
    return stack.personsToken(role, tenants);
  }

  private RequestSpecification viewer() {
    return viewer("/devices/one");
  }

  private RequestSpecification viewer(String path) {
    return person("viewer", tenant, path);
  }

  private RequestSpecification person(String role, String tenants, String path) {
    return given().basePath("/api/v1/tenants/" + tenant + path).auth().oauth2(token(role, tenants));
  }
}
