package io.muster.registry.isolation;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.muster.registry.isolation.Interface.Operation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every path that the service describes, with what no honest client sends. */
@RegistryTest
class HostileInputIT {
  private static final List<String> TRICKS =
      List.of(
          "..",
          "%2e%2e",
          "a%2fb",
          "a%5cb",
          "%00",
          "a%00",
          "+",
          "%23",
          "*",
          "$share",
          "a%20b",
          "a;b=c",
          "%F0%9F%92%A9",
          "%ff",
          "-a",
          "x".repeat(81),
          "x".repeat(3_000));

  Tokens tokens;

  @Test
  void aTrickInAPathIsRefused() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    IsolationIT.each(
        people().filter(it -> !it.parameters().isEmpty()),
        operation -> {
          for (var name : operation.parameters()) {
            for (var trick : TRICKS) {
              var values = new HashMap<>(Map.of("tenant", tenant));
              values.put(name, trick);
              var status = operation.sendRaw(tokens.admin(), operation.with(values), "{}");
              assertRefused(status, name + "=" + trick);
            }
          }
        });
  }

  @Test
  void aBodyThatIsNoneIsRefused() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    var bodies =
        List.of(
            "{",
            "}",
            "{\"id\":",
            "{\"id\":\"a\",\"id\":\"b\"}",
            "{} {}",
            "{\"id\":\"a\u0000b\"}",
            "[".repeat(3_000),
            "{\"a\":".repeat(1_500),
            "{\"id\":NaN}");
    IsolationIT.each(
        Stream.concat(json(), ofDevices()),
        operation -> {
          var caller = operation.isOfDevices() ? Api.as(null) : admin;
          for (var body : bodies) {
            var answer = operation.send(caller, operation.with(Map.of("tenant", tenant)), body);
            assertRefused(answer.statusCode(), body);
          }
        });
  }

  @Test
  void whatIsWellFormedAndOddIsNoFaultOfTheService() {
    var admin = Api.as(tokens.admin());
    var bodies =
        List.of(
            "null",
            "[]",
            "7",
            "\"text\"",
            "{\"no-such-member\":1}",
            "{\"id\":7}",
            "{\"id\":{\"id\":\"one\"}}",
            "{\"id\":\"../etc\"}",
            "{\"id\":\"" + "x".repeat(81) + "\"}",
            "{\"id\":\"#\"}",
            "{\"id\":1e999}",
            "{\"id\":\"\\ud800\"}",
            "{\"id\":\"\\u0000\"}",
            "{\"id\":\"x1\",\"name\":\"\\u0000\"}",
            "{\"id\":\"x2\",\"filter\":\"id==a\\u0000\"}",
            "{\"id\":\"x3\",\"fields\":{\"t\":{\"unit\":\"\\u0000\"}}}",
            "{\"id\":\"x4\",\"fields\":{\"t\":{\"description\":\"\\u0000\"}}}",
            "{\"attributes\":{\"\\u0000\":\"\\u0000\"}}",
            "{\"tags\":[\"\\u0000\"]}");
    IsolationIT.each(
        json(),
        operation -> {
          var tenant = admin.tenant();
          admin.device(tenant, "one");
          for (var body : bodies) {
            var answer = operation.send(admin, operation.with(Map.of("tenant", tenant)), body);
            assertTrue(answer.statusCode() < 500, body + " gives " + answer.statusCode());
          }
        });
  }

  @Test
  void anUnknownMemberIsNamed() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var base = "/api/v1/tenants/" + tenant;
    for (var answer :
        List.of(
            admin.post("/api/v1/tenants", "{\"id\":\"" + Api.freshTenant() + "\",\"nonsense\":1}"),
            admin.put(base, "*", "{\"suspended\":false,\"nonsense\":1}"),
            admin.patch(base, "{\"nonsense\":1}"),
            admin.post(Api.devices(tenant), "{\"id\":\"two\",\"nonsense\":1}"),
            admin.put(device, "*", "{\"enabled\":true,\"nonsense\":1}"),
            admin.patch(device, "{\"nonsense\":1}"),
            admin.post(device + "/credentials", "{\"kind\":\"secret\",\"nonsense\":1}"),
            admin.post(base + "/groups", "{\"id\":\"one\",\"nonsense\":1}"),
            admin.post(base + "/device-types", "{\"id\":\"one\",\"nonsense\":1}"))) {
      assertProblem(answer, 400, "malformed-request")
          .body("errors[0].pointer", equalTo("/nonsense"));
    }
  }

  /** But in updates of shadows, whose other members are as at AWS: passed over. */
  @Test
  void anUnknownMemberIsNamedWhereverThereIsABody() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    for (var kind : List.of("groups", "device-types")) {
      var made = admin.post("/api/v1/tenants/" + tenant + "/" + kind, Map.of("id", "one"));
      made.then().statusCode(201);
    }
    var operations =
        Stream.concat(json().filter(it -> !it.path().contains("/shadow")), ofDevices()).toList();
    assertTrue(operations.size() > 20, operations.toString());
    IsolationIT.each(
        operations.stream(),
        operation -> {
          var caller = operation.isOfDevices() ? Api.as(null) : admin;
          // Which members there are goes by it.
          var kind = operation.path().endsWith("/credentials") ? "\"kind\":\"secret\"," : "";
          var body = "{%s\"no-such-member\":1}".formatted(kind);
          var answer = operation.send(caller, operation.with(Map.of("tenant", tenant)), body);
          assertProblem(answer, 400, "malformed-request")
              .body("errors[0].pointer", equalTo("/no-such-member"));
        });
  }

  @Test
  void anOddQueryIsNoFaultOfTheService() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    var values =
        List.of(
            "",
            "%00",
            "'",
            "%22",
            "-1",
            "0",
            "99999999999999999999",
            "NaN",
            "..",
            "%2f",
            "%ff",
            "((((((((",
            "id==",
            "id=='x%00'",
            "attributes..a==1",
            "x".repeat(3_000));
    IsolationIT.each(
        people().filter(it -> !it.queries().isEmpty()).filter(it -> !it.writes()),
        operation -> {
          for (var name : operation.queries()) {
            for (var value : values) {
              var path = operation.with(Map.of("tenant", tenant)) + "?" + name + "=" + value;
              var answer = operation.send(admin, path, "");
              assertTrue(
                  answer.statusCode() < 500, name + "=" + value + " gives " + answer.statusCode());
            }
          }
        });
  }

  @Test
  void fiftyClientsAtOnceLoseNothingAndLeaveNoGap() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    Set<Integer> versions = new HashSet<>();
    try (var clients = Executors.newFixedThreadPool(50)) {
      var patches =
          IntStream.range(0, 200)
              .mapToObj(
                  i ->
                      (Callable<Integer>)
                          () ->
                              admin
                                  .patch(device, Map.of("attributes", Map.of("c" + i % 50, i)))
                                  .then()
                                  .statusCode(200)
                                  .extract()
                                  .path("version"))
              .toList();
      for (var done : clients.invokeAll(patches)) {
        versions.add(done.get());
      }
    }
    assertEquals(200, versions.size(), "no version twice");
    assertEquals(2, versions.stream().min(Integer::compare).orElseThrow());
    assertEquals(201, versions.stream().max(Integer::compare).orElseThrow());
    var last = admin.get(device);
    assertEquals(201, last.<Integer>path("version"));
    assertEquals(50, last.<Map<String, Object>>path("attributes").size());
  }

  private static void assertRefused(int status, String what) {
    assertTrue(status >= 400 && status < 500, what + " gives " + status);
    assertTrue(status != 401 && status != 403, what + " gives " + status);
  }

  private static Stream<Operation> json() {
    return people()
        .filter(it -> it.mediaType() != null && it.mediaType().contains("json"))
        .filter(it -> !it.mediaType().contains("ndjson"));
  }

  private static Stream<Operation> ofDevices() {
    return Interface.read().operations().stream().filter(Operation::isOfDevices);
  }

  private static Stream<Operation> people() {
    return Interface.read().operations().stream().filter(Operation::isOfPeople);
  }
}
