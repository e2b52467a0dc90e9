package io.muster.registry.types;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class DeviceTypesIT {
  private static final Map<String, Object> THERMOMETER =
      Map.of(
          "id",
          "thermometer",
          "name",
          "Thermometer",
          "heartbeatSeconds",
          60,
          "fields",
          Map.of("temperature", Map.of("unit", "Cel", "description", "Of the air")));

  Tokens tokens;
  private Api operator;
  private String tenant;
  private String types;

  @BeforeEach
  void makeATenant() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    types = "/api/v1/tenants/" + tenant + "/device-types";
  }

  @Test
  void aTypeIsCreatedReadChangedAndDeleted() {
    operator
        .post(types, THERMOMETER)
        .then()
        .statusCode(201)
        .header("Location", endsWith(types + "/thermometer"))
        .header("ETag", "\"1\"")
        .body("fields.temperature.kind", equalTo("number"));
    var path = types + "/thermometer";
    assertProblem(operator.post(types, THERMOMETER), 409, "device-type-exists");
    var shown = operator.get(path);
    shown.then().statusCode(200).body("heartbeatSeconds", equalTo(60));
    assertProblem(operator.put(path, null, shown.path("$")), 428, "version-required");
    operator.put(path, "\"1\"", shown.path("$")).then().statusCode(200).header("ETag", "\"1\"");
    operator
        .patch(path, Map.of("fields", Collections.singletonMap("temperature", null)))
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("fields", equalTo(Map.of()));
    assertProblem(operator.put(path, "\"1\"", Map.of()), 412, "version-mismatch");
    operator
        .put(path, "\"2\"", Map.of("name", "T"))
        .then()
        .statusCode(200)
        .body("heartbeatSeconds", nullValue())
        .body("version", equalTo(3));
    assertEquals(204, operator.delete(path).statusCode());
    assertProblem(operator.get(path), 404, "not-found");
    var audited =
        Api.as(tokens.admin()).audited(tenant, "subject=device-types/thermometer&limit=1");
    assertEquals(List.of("device-type-deleted"), audited);
  }

  @Test
  void aTypeWithDevicesStays() {
    operator.post(types, THERMOMETER).then().statusCode(201);
    var device = Api.devices(tenant) + "/one";
    operator
        .post(Api.devices(tenant), Map.of("id", "one", "type", "thermometer"))
        .then()
        .statusCode(201)
        .body("type", equalTo("thermometer"));
    assertProblem(operator.delete(types + "/thermometer"), 409, "device-type-in-use");
    operator.patch(device, Collections.singletonMap("type", null)).then().statusCode(200);
    assertEquals(204, operator.delete(types + "/thermometer").statusCode());
  }

  @Test
  void aDeviceIsOfATypeOfItsTenant() {
    var devices = Api.devices(tenant);
    assertProblem(
            operator.post(devices, Map.of("id", "one", "type", "nosuch")), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/type"));
    var admin = Api.as(tokens.admin());
    var other = admin.tenant();
    admin.post("/api/v1/tenants/" + other + "/device-types", THERMOMETER).then().statusCode(201);
    assertProblem(
        operator.post(devices, Map.of("id", "one", "type", "thermometer")), 422, "invalid-content");
  }

  @Test
  void anotherTenantsTypesAreClosed() {
    operator.post(types, THERMOMETER).then().statusCode(201);
    var stranger = Api.as(tokens.person("operator", Api.as(tokens.admin()).tenant()));
    assertProblem(stranger.get(types), 403, "forbidden");
    assertProblem(stranger.get(types + "/thermometer"), 403, "forbidden");
    assertProblem(stranger.delete(types + "/thermometer"), 403, "forbidden");
    assertProblem(stranger.post(types, THERMOMETER), 403, "forbidden");
    var viewer = Api.as(tokens.person("viewer", tenant));
    viewer.get(types + "/thermometer").then().statusCode(200);
    assertProblem(viewer.delete(types + "/thermometer"), 403, "forbidden");
  }

  @Test
  void whatIsWrongIsNamed() {
    assertProblem(operator.post(types, Map.of()), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/id"));
    for (var id : List.of("..", "a/b", "+", "#", "a b", "x".repeat(81), "")) {
      assertProblem(operator.post(types, Map.of("id", id)), 400, "malformed-request")
          .body("errors[0].pointer", equalTo("/id"));
    }
    assertProblem(operator.get(types + "/a%2fb"), 400, "malformed-request");
    assertProblem(
            operator.post(types, Map.of("id", "a", "heartbeatSeconds", 0)), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/heartbeatSeconds"));
    var many = new HashMap<String, Object>();
    IntStream.range(0, 201).forEach(n -> many.put("f" + n, Map.of()));
    assertProblem(operator.post(types, Map.of("id", "a", "fields", many)), 422, "invalid-content");
    assertProblem(
        operator.post(types, Map.of("id", "a", "fields", Map.of("f", Map.of("kind", "colour")))),
        400,
        "malformed-request");
    assertProblem(
        operator.post(types, Map.of("id", "a", "description", "a\0b")), 422, "invalid-content");
  }

  @Test
  void tagsAreSortedAndChecked() {
    var devices = Api.devices(tenant);
    operator
        .post(devices, Map.of("id", "one", "tags", List.of("b", "a", "b")))
        .then()
        .statusCode(201)
        .body("tags", equalTo(List.of("a", "b")));
    for (var tag : List.of("", "a b", "x".repeat(65), "*", "a,b")) {
      assertProblem(
              operator.post(devices, Map.of("id", "two", "tags", List.of("ok", tag))),
              422,
              "invalid-content")
          .body("errors[0].pointer", equalTo("/tags/1"));
    }
    var many = IntStream.range(0, 65).mapToObj(n -> "t" + n).toList();
    assertProblem(
        operator.post(devices, Map.of("id", "two", "tags", many)), 422, "invalid-content");
  }
}
