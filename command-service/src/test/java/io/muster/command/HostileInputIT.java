package io.muster.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What nobody means well is refused, and is no fault of the service. */
@ServiceTest
class HostileInputIT {
  private static final String NUL = "\\u0000";
  private static final List<String> TEXTS =
      List.of(NUL, "a" + NUL, "\\ud800", "x".repeat(10_000), "%00", "'; DROP TABLE command; --");
  private static final List<String> VALUES =
      List.of(
          "null", "7", "[]", "{}", "1e999", "true", "\"PT9999999999999999H\"", "-1", "[[[[]]]]");

  CommandStack stack;
  private String base;
  private DeviceAddress device;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    stack.registry().filter("tag==lab", id -> true);
    api = Api.as(stack.person("admin", device.tenant().value()));
    base = "/api/v1/tenants/" + device.tenant();
  }

  /** Each would be a series of its own, and there is room for a hundred. */
  @Test
  void noPathThatAClientMadeUpIsInTheMetrics() {
    var nobody = Api.as(null);
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    for (var path : List.of("/devices/d1/commands", "/jobs", "/schedules", "/commands", "/x")) {
      nobody.get(base + path);
      stranger.get(base + path);
      api.get(base + path + "?cursor=x");
      api.get(base + path + ";x");
      api.get(base + path + "/%2e%2e/x");
      api.get(base + path + "/x/y/z");
      api.request().delete(base + path);
      api.request().delete(base + path + "/x");
      api.request().put(base + path);
      api.request().contentType("text/plain").body("x").post(base + path);
      api.request().contentType(ContentType.JSON).body("x".repeat(2_000_000)).post(base + path);
      post(base + path, "{}");
      post(base + path, "{");
      post(base + path, "[]");
    }
    var metrics = nobody.get("/q/metrics").asString();
    assertTrue(metrics.contains("http_server_requests_seconds_count"));
    assertEquals(
        List.of(), metrics.lines().filter(it -> it.contains(device.tenant().value())).toList());
  }

  @Test
  void oddBodiesAreRefused() {
    for (var body : bodies()) {
      for (var path : List.of("/devices/d1/commands", "/jobs", "/schedules")) {
        assertNoFault(post(base + path, body), path + " " + body);
      }
    }
  }

  @Test
  void oddParametersAreRefused() {
    var job =
        post(base + "/jobs", "{\"command\":{\"name\":\"x\"},\"targets\":{\"devices\":[\"d1\"]}}")
            .<String>path("id");
    for (var odd :
        List.of("%00", "%F0%9F%98%80", "%FF", "..%2F..", "%27%3B--", "a".repeat(5_000))) {
      for (var path :
          List.of(
              "/commands?name=" + odd,
              "/commands?state=" + odd,
              "/commands?device=" + odd,
              "/commands?cursor=" + odd,
              "/commands?limit=" + odd,
              "/devices/d1/commands?name=" + odd,
              "/devices/" + odd + "/commands",
              "/devices/d1/commands/" + odd,
              "/jobs?state=" + odd,
              "/jobs/" + odd,
              "/jobs/" + job + "/devices?state=" + odd,
              "/jobs/" + job + "/devices?cursor=" + odd,
              "/schedules?state=" + odd,
              "/schedules/" + odd,
              "/schedules/" + UUID.randomUUID() + "/firings?cursor=" + odd)) {
        assertNoFault(api.get(base + path), path);
      }
    }
  }

  @Test
  void oddHeadersAreRefused() {
    for (var odd : List.of("\"1", "*,*", "W/\"1\"", "\"99999999999999999999\"", "x".repeat(500))) {
      for (var header : List.of("If-Match", "Idempotency-Key", "Prefer")) {
        var path = base + "/schedules/" + UUID.randomUUID();
        assertNoFault(api.request().header(header, odd).delete(path), header + " " + odd);
        assertNoFault(
            api.request()
                .contentType(ContentType.JSON)
                .header(header, odd)
                .body("{\"name\":\"x\"}")
                .post(base + "/devices/d1/commands"),
            header + " " + odd);
      }
    }
  }

  private static List<String> bodies() {
    List<String> bodies =
        new ArrayList<>(
            List.of("null", "[]", "7", "{\"", "{} {}", "[".repeat(3_000), "{\"name\":1e999}"));
    for (var text : TEXTS) {
      for (var member :
          List.of("name", "contentType", "description", "cron", "zone", "device", "at")) {
        bodies.add("{\"%s\":\"%s\"}".formatted(member, text));
        bodies.add(
            "{\"command\":{\"name\":\"x\"},\"targets\":{\"devices\":[\"d1\"]},\"%s\":\"%s\"}"
                .formatted(member, text));
        bodies.add(
            ("{\"device\":\"d1\",\"command\":{\"name\":\"x\"},\"cron\":\"0 0 * *"
                    + " *\",\"zone\":\"UTC\",\"%s\":\"%s\"}")
                .formatted(member.equals("name") ? "description" : member + "x", text));
      }
      bodies.add("{\"name\":\"x\",\"contentType\":\"%s\"}".formatted(text));
      bodies.add(
          "{\"command\":{\"name\":\"x\"},\"targets\":{\"filter\":\"tag==%s\"}}".formatted(text));
      bodies.add(
          ("{\"command\":{\"name\":\"x\",\"payload\":{\"%s\":\"%s\"}},"
                  + "\"targets\":{\"devices\":[\"d1\"]}}")
              .formatted(text, text));
      bodies.add(
          ("{\"device\":\"d1\",\"description\":\"%s\","
                  + "\"command\":{\"name\":\"x\",\"payload\":\"%s\"},"
                  + "\"cron\":\"* * * * *\",\"zone\":\"UTC\"}")
              .formatted(text, text));
    }
    for (var value : VALUES) {
      for (var member :
          List.of("payload", "timeToLive", "responseTimeout", "retry", "qos", "oneWay")) {
        bodies.add("{\"name\":\"x\",\"%s\":%s}".formatted(member, value));
      }
      for (var member : List.of("at", "until", "catchUpWithin", "cron", "zone", "job", "command")) {
        bodies.add("{\"%s\":%s}".formatted(member, value));
      }
      for (var member :
          List.of("rate", "abort", "maintenance", "startAt", "continuous", "targets")) {
        bodies.add("{\"command\":{\"name\":\"x\"},\"%s\":%s}".formatted(member, value));
      }
    }
    return bodies;
  }

  private Response post(String path, String body) {
    return api.request().contentType(ContentType.JSON).body(body).post(path);
  }

  private static void assertNoFault(Response answer, String what) {
    assertTrue(answer.statusCode() < 500, what + " gives " + answer.statusCode());
  }
}
