package io.muster.registry.problem;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@RegistryTest
class ProblemsIT {
  private static final String TENANTS = "/api/v1/tenants";

  Tokens tokens;

  @Test
  void whatIsNotJsonIsRefusedWithItsPlace() {
    for (var text :
        List.of(
            "{",
            "}",
            "",
            " ",
            "nope",
            "{\"id\":}",
            "{\"id\":\"aa\"}{}",
            "{\"id\":\"aa\"} x",
            "{\"id\":\"aa\",\"id\":\"bb\"}",
            "{'id':'aa'}",
            "{\"id\":\"aa\",}",
            "\"aa\"",
            "[]",
            "null",
            "{\"id\":\"\\x\"}",
            "{\"id\":NaN}",
            "[".repeat(5000))) {
      var answer = post(text);
      assertTrue(List.of(400, 422).contains(answer.statusCode()), text + " " + answer.asString());
      answer.then().header("Content-Type", containsString("application/problem+json"));
    }
    assertProblem(post("{\n \"id\": x}"), 400, "malformed-request")
        .body("detail", containsString("line 2"));
  }

  @Test
  void wrongTypesAreNotGuessed() {
    for (var body :
        List.of(
            "{\"id\":7}", "{\"id\":true}", "{\"id\":[\"aa\"]}", "{\"id\":{\"value\":\"aa\"}}")) {
      assertProblem(post(body), 400, "malformed-request").body("errors.pointer", contains("/id"));
    }
    for (var value : List.of("\"7\"", "1.5", "true", "2147483648", "[7]", "{}")) {
      assertProblem(
              post("{\"id\":\"aaa\",\"limits\":{\"devices\":%s}}".formatted(value)),
              400,
              "malformed-request")
          .body("errors.pointer", contains("/limits/devices"));
    }
    assertProblem(post("{\"id\":\"aaa\",\"suspended\":\"no\"}"), 400, "malformed-request")
        .body("errors.pointer", contains("/suspended"));
  }

  @Test
  void unknownPathsAndMethodsAreProblems() {
    var admin = Api.as(tokens.admin());
    for (var path :
        List.of(
            "/",
            "/nothing",
            "/api",
            "/api/v1",
            "/api/v2/tenants",
            "/api/v1/tenantsX",
            "/api/v1/tenants/demo/nothing",
            "/internal/v1/nothing")) {
      assertProblem(admin.get(path), 404, "not-found");
    }
    assertProblem(admin.delete(TENANTS), 405, "method-not-allowed")
        .header("Allow", "GET, HEAD, OPTIONS, POST");
  }

  /** Another class of resources begins with the same path, and has no such one. */
  @Test
  void aMethodThatAPathDoesNotKnowIsToldThoseThatItDoes() {
    var admin = Api.as(tokens.admin());
    var device = Api.devices("demo") + "/one";
    assertProblem(admin.put(device + "/shadow", "*", Map.of()), 405, "method-not-allowed")
        .header("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST");
    assertProblem(admin.put(device + "/presence", "*", Map.of()), 405, "method-not-allowed")
        .header("Allow", "GET, HEAD, OPTIONS");
    assertProblem(admin.post(device, Map.of()), 405, "method-not-allowed");
    assertProblem(admin.put(device + "/nothing", "*", Map.of()), 404, "not-found");
  }

  @Test
  void aParameterOfAnotherFormIsNamed() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    var questions =
        Map.of(
            TENANTS + "?limit=x", "limit",
            TENANTS + "/" + tenant + "/audit?from=2026-01-01T00:00:00", "from",
            Api.devices(tenant) + "/one/credentials/not-a-uuid", "credential");
    questions.forEach(
        (path, name) ->
            assertProblem(admin.get(path), 400, "malformed-request")
                .body("errors.parameter", contains(name))
                .body("errors.detail", contains(startsWith("must be "))));
  }

  @Test
  void tricksWithPathsLeadNowhere() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    for (var trick :
        ".. ../one . ./one one/.. %2e%2e %2e%2e/one %2e%2e%2f ..%2f.. a%2fb one%2f one%5c + %2b %23"
            .split(" ")) {
      assertLeadsNowhere(Api.devices(tenant) + "/" + trick);
    }
    for (var trick :
        "one%23 * one%00 one%0a %20 one%20 %25 %c3%bc one;x=1 one%3bx provision %ff".split(" ")) {
      assertLeadsNowhere(Api.devices(tenant) + "/" + trick);
    }
    assertLeadsNowhere(Api.devices(tenant) + "/" + "a".repeat(81));
    for (var trick : ".. %2e%2e DEMO a%2fb + %23 internal q %00a".split(" ")) {
      assertLeadsNowhere(TENANTS + "/" + trick + "/devices");
    }
    assertProblem(
        admin.get(Api.devices(tenant) + "/one/credentials/not-a-uuid"), 400, "malformed-request");
  }

  @Test
  void aSemicolonThatWouldCutAFilterIsRefused() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    var filter = Api.devices(tenant) + "?filter=id==one%sid==two";
    assertProblem(admin.get(filter.formatted(";")), 400, "malformed-request")
        .body("detail", containsString("%3B"));
    assertEquals(List.of(), admin.get(filter.replace("%s", "%3B")).then().extract().path("items"));
  }

  @Test
  void anIdOfAnotherFormIsPointedAt() {
    var admin = Api.as(tokens.admin());
    assertProblem(admin.get(Api.devices(admin.tenant()) + "/-x"), 400, "malformed-request")
        .body("errors.parameter", contains("device"));
    assertProblem(admin.get(TENANTS + "/UPPER"), 400, "malformed-request")
        .body("errors.parameter", contains("tenant"));
  }

  @Test
  void aBodyThatIsTooLargeOrOfAnotherTypeIsRefused() {
    var admin = Api.as(tokens.admin());
    assertProblem(post("{\"id\":\"" + "a".repeat(70_000) + "\"}"), 413, "too-large");
    assertProblem(
        admin.request().contentType("text/plain").body("x").post(TENANTS),
        415,
        "unsupported-media-type");
    assertProblem(
        admin.request().contentType("application/xml").body("<x/>").post(TENANTS),
        415,
        "unsupported-media-type");
    assertProblem(admin.request().accept("text/html").get(TENANTS), 406, "not-acceptable");
  }

  @Test
  void aProblemCarriesTheTraceOfItsRequest() {
    var trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    var answer =
        Api.as(tokens.admin())
            .request()
            .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
            .get("/api/v1/tenants/UPPER");
    answer.then().body("traceId", org.hamcrest.Matchers.equalTo(trace));
  }

  @Test
  void refusalsAreCounted() {
    Api.as(null).get(TENANTS);
    var metrics = Api.as(null).get("/q/metrics").asString();
    assertTrue(metrics.contains("muster_problems_total{type=\"not-authenticated\"}"), metrics);
  }

  @Test
  void inClearTextNobodyChangesToHttp2() {
    var upgrade =
        "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            + "Upgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n\r\n"
            + "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    var answer = overASocket(upgrade);
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertFalse(answer.contains("101 Switching"), answer);
    // In HTTP/2 it would be a frame, whose first byte is of its length.
    var priorKnowledge = overASocket("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assertTrue(priorKnowledge.matches("(?s)HTTP/\\S+ 400 .*"), priorKnowledge);
  }

  /** Else anybody could fill the log with faults of ours that are none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "PRI * HTTP/2.0\r\nHost: localhost\r\n\r\nSM\r\n\r\n",
        "GET /q/health/live HTTP/2.0\r\nHost: localhost\r\n\r\n",
        "GET /q/health/live HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      })
  void whatCannotBeRoutedIsAProblemOfItsSender(String request) {
    var faults = new Faults();
    Logger.getLogger("").addHandler(faults);
    try {
      var answer = overASocket(request);
      assertTrue(answer.matches("(?s)HTTP/\\S+ 400 .*"), answer);
      assertTrue(answer.contains("urn:muster:problem:malformed-request"), answer);
    } finally {
      Logger.getLogger("").removeHandler(faults);
    }
    assertEquals(List.of(), faults.lines);
  }

  /** What is logged as an error. */
  private static final class Faults extends Handler {
    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
        lines.add(line.getLoggerName() + ": " + line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private void assertLeadsNowhere(String path) {
    var answer =
        overASocket(
            "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                .formatted(path, tokens.admin()));
    assertTrue(answer.matches("(?s)HTTP/1.1 40[04] .*"), path + " gave " + answer);
    assertTrue(answer.contains("application/problem+json"), path + " gave " + answer);
    assertTrue(answer.contains("urn:muster:problem:"), path + " gave " + answer);
  }

  /** Over a plain socket: clients tidy paths up before they send them. */
  private static String overASocket(String request) {
    try (var socket = new Socket("127.0.0.1", RestAssured.port)) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Response post(String body) {
    return Api.as(tokens.admin())
        .request()
        .contentType("application/json")
        .body(body)
        .post(TENANTS);
  }
}
