package io.muster.registry.devices;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class DevicesIT {
  Tokens tokens;
  private Api operator;
  private String tenant;
  private String devices;

  @BeforeEach
  void makeATenant() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    devices = Api.devices(tenant);
  }

  @Test
  void aDeviceIsCreatedReadReplacedAndDeleted() {
    var attributes = Map.of("site", "Ulm", "floor", 3, "tags", List.of("a", Map.of("b", true)));
    var created = operator.post(devices, Map.of("id", "sensor-1", "attributes", attributes));
    created
        .then()
        .statusCode(201)
        .header("Location", endsWith(devices + "/sensor-1"))
        .header("ETag", "\"1\"")
        .body("gateway", nullValue())
        .body("enabled", equalTo(true))
        .body("attributes.floor", equalTo(3));
    var path = devices + "/sensor-1";
    var read = operator.get(path);
    read.then().statusCode(200).header("ETag", "\"1\"").body("attributes", equalTo(attributes));
    assertEquals(created.<String>path("createdAt"), read.path("createdAt"));
    var body = new HashMap<>(read.<Map<String, Object>>path("$"));
    body.put("enabled", false);
    body.put("attributes", Map.of());
    operator
        .put(path, "\"1\"", body)
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("enabled", equalTo(false))
        .body("attributes.size()", equalTo(0));
    assertEquals(204, operator.delete(path).statusCode());
    assertProblem(operator.get(path), 404, "not-found");
    assertProblem(operator.delete(path), 404, "not-found");
    assertProblem(operator.patch(path, Map.of("enabled", true)), 404, "not-found");
  }

  @Test
  void aNameIsTakenOnceInATenantAndFreeInAnother() {
    operator.device(tenant, "same");
    assertProblem(operator.post(devices, Map.of("id", "same")), 409, "device-exists");
    var admin = Api.as(tokens.admin());
    var other = admin.tenant();
    admin.device(other, "same");
    admin.patch(Api.devices(other) + "/same", Map.of("attributes", Map.of("whose", "other")));
    operator.get(devices + "/same").then().body("attributes.size()", equalTo(0));
  }

  @Test
  void aReplacementBasedOnAnOldVersionIsRefused() {
    var path = operator.device(tenant, "one");
    operator.patch(path, Map.of("attributes", Map.of("a", 1))).then().header("ETag", "\"2\"");
    assertProblem(operator.put(path, "\"1\"", Map.of("enabled", false)), 412, "version-mismatch")
        .header("ETag", "\"2\"");
    assertProblem(operator.put(path, null, Map.of("enabled", false)), 428, "version-required");
    assertProblem(operator.put(path, "*", Map.of()), 422, "invalid-content")
        .body("errors.pointer", contains("/enabled"));
    assertEquals(200, operator.put(path, "\"1\", \"2\"", Map.of("enabled", false)).statusCode());
  }

  @Test
  void whatChangesNothingMakesNoVersion() {
    var path = operator.device(tenant, "one");
    operator.patch(path, Map.of("enabled", true)).then().statusCode(200).header("ETag", "\"1\"");
    operator
        .put(path, "\"1\"", Map.of("enabled", true, "attributes", Map.of()))
        .then()
        .statusCode(200)
        .header("ETag", "\"1\"");
  }

  @Test
  void concurrentPatchesAreAllKeptAndVersionsHaveNoGaps() {
    var path = operator.device(tenant, "one");
    var versions =
        IntStream.range(0, 50)
            .parallel()
            .mapToObj(n -> operator.patch(path, Map.of("attributes", Map.of("key" + n, n))))
            .map(answer -> answer.then().statusCode(200).extract().<Integer>path("version"))
            .sorted()
            .toList();
    assertEquals(IntStream.rangeClosed(2, 51).boxed().toList(), versions);
    operator.get(path).then().body("attributes.size()", equalTo(50)).body("version", equalTo(51));
  }

  @Test
  void ofConcurrentReplacementsOfOneVersionOneWins() {
    var path = operator.device(tenant, "one");
    var statuses =
        IntStream.range(0, 20)
            .parallel()
            .mapToObj(
                n ->
                    operator
                        .put(path, "\"1\"", Map.of("enabled", true, "attributes", Map.of("n", n)))
                        .statusCode())
            .toList();
    assertEquals(1, statuses.stream().filter(status -> status == 200).count());
    assertEquals(19, statuses.stream().filter(status -> status == 412).count());
  }

  @Test
  void aPatchRemovesWhatIsNullAndLeavesTheRest() {
    operator.post(devices, Map.of("id", "one", "attributes", Map.of("a", 1, "b", 2)));
    var remove = new HashMap<String, Object>();
    remove.put("a", null);
    operator
        .patch(devices + "/one", Map.of("attributes", remove))
        .then()
        .body("attributes", equalTo(Map.of("b", 2)));
    assertProblem(
            operator.patch(devices + "/one", Map.of("enabeld", false)), 400, "malformed-request")
        .body("errors.pointer", contains("/enabeld"));
    assertProblem(operator.patch(devices + "/one", Map.of("id", "two")), 422, "invalid-content");
    assertProblem(operator.patch(devices + "/one", List.of()), 400, "malformed-request");
  }

  @Test
  void aGatewayIsADeviceOfTheSameTenant() {
    operator.device(tenant, "gateway");
    operator
        .post(devices, Map.of("id", "behind", "gateway", "gateway"))
        .then()
        .statusCode(201)
        .body("gateway", equalTo("gateway"));
    operator.get(devices).then().body("items.gateway", contains("gateway", null));
    var admin = Api.as(tokens.admin());
    var other = admin.tenant();
    admin.device(other, "elsewhere");
    for (var wrong : List.of("elsewhere", "nobody")) {
      assertProblem(
              operator.post(devices, Map.of("id", "x", "gateway", wrong)), 422, "invalid-content")
          .body("errors.pointer", contains("/gateway"));
    }
    assertProblem(
        operator.patch(devices + "/behind", Map.of("gateway", "behind")), 422, "invalid-content");
    var none = new HashMap<String, Object>();
    none.put("gateway", null);
    operator.patch(devices + "/behind", none).then().body("gateway", nullValue());
  }

  @Test
  void whoWasBehindADeletedGatewayLosesIt() {
    operator.device(tenant, "gateway");
    operator.post(devices, Map.of("id", "behind", "gateway", "gateway"));
    assertEquals(204, operator.delete(devices + "/gateway").statusCode());
    operator
        .get(devices + "/behind")
        .then()
        .body("gateway", nullValue())
        .body("version", equalTo(2));
  }

  @Test
  void aListIsPagedInOrderAndNothingIsTwiceOrLeftOut() {
    var ids = new ArrayList<String>();
    for (var id : List.of("B", "a.b", "a-b", "a_b", "ab", "Z9", "10", "9", "b")) {
      operator.device(tenant, id);
      ids.add(id);
    }
    var seen = new ArrayList<String>();
    String next = null;
    do {
      var page = operator.get(devices + "?limit=2" + (next == null ? "" : "&cursor=" + next));
      page.then().statusCode(200);
      seen.addAll(page.<List<String>>path("items.id"));
      next = page.path("next");
      // Made meanwhile, before the place where the list is: it is not seen, and shifts nothing.
      operator.post(devices, Map.of("id", "0" + seen.size()));
    } while (next != null);
    assertEquals(ids.stream().sorted().toList(), seen);
  }

  @Test
  void wrongPagingIsRefused() {
    assertProblem(operator.get(devices + "?limit=0"), 400, "malformed-request")
        .body("errors.parameter", contains("limit"));
    assertProblem(operator.get(devices + "?limit=1001"), 400, "malformed-request");
    for (var cursor : List.of("x", "!", "AAAA", "a".repeat(300))) {
      assertProblem(operator.get(devices + "?cursor=" + cursor), 400, "malformed-request")
          .body("errors.parameter", contains("cursor"));
    }
  }

  @Test
  void attributesHaveLimits() {
    var many = new HashMap<String, Object>();
    IntStream.range(0, 65).forEach(n -> many.put("k" + n, n));
    assertWrongAttributes(many, "/attributes");
    assertWrongAttributes(Map.of("k".repeat(65), 1), "/attributes");
    assertWrongAttributes(Map.of("", 1), "/attributes");
    assertWrongAttributes(Map.of("long", "x".repeat(17_000)), "/attributes");
    assertWrongAttributes(
        Map.of("a", Map.of("b", Map.of("c", List.of(Map.of("e", Map.of("f", 1)))))),
        "/attributes/a/b/c/0/e");
    assertWrongAttributes(Map.of("a/b", List.of(1, "\u0000")), "/attributes/a~1b/1");
    operator
        .request()
        .contentType("application/json")
        .body("{\"id\":\"x\",\"attributes\":{\"a\":\"\\ud800\"}}")
        .post(devices)
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/attributes/a"));
    operator
        .request()
        .contentType("application/json")
        .body("{\"id\":\"x\",\"attributes\":{\"a\":1e999}}")
        .post(devices)
        .then()
        .statusCode(422)
        .body("errors.pointer", contains("/attributes/a"));
  }

  @Test
  void attributesComeBackAsTheyWereWritten() {
    var text =
        "{\"id\":\"x\",\"attributes\":{\"big\":123456789012345678901234567890,\"zero\":0,"
            + "\"text\":\"ä \\\" \\\\ 🎉\",\"none\":null,\"list\":[],\"nested\":{\"a\":[1,\"2\"]}}}";
    operator
        .request()
        .contentType("application/json")
        .body(text)
        .post(devices)
        .then()
        .statusCode(201);
    var read = operator.get(devices + "/x");
    assertTrue(read.asString().contains("123456789012345678901234567890"));
    assertTrue(read.asString().contains("\"none\":null"));
    read.then()
        .body("attributes.text", equalTo("ä \" \\ 🎉"))
        .body("attributes.nested", equalTo(Map.of("a", List.of(1, "2"))));
  }

  private void assertWrongAttributes(Map<String, Object> attributes, String pointer) {
    assertProblem(
            operator.post(devices, Map.of("id", "x", "attributes", attributes)),
            422,
            "invalid-content")
        .body("errors.pointer", contains(pointer));
  }
}
