package io.muster.registry.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** There is no change without its entry, and no entry without its change. */
@RegistryTest
class AuditedChangesIT {
  Tokens tokens;
  private Api admin;
  private String tenant;
  private String base;

  @BeforeEach
  void makeATenant() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    base = "/api/v1/tenants/" + tenant;
  }

  @Test
  void whatChangesNothingLeavesNoEntry() {
    var device = admin.device(tenant, "one");
    admin.post(base + "/device-types", Map.of("id", "t1", "name", "a")).then().statusCode(201);
    admin.post(base + "/groups", Map.of("id", "g1", "name", "a")).then().statusCode(201);
    var members = base + "/groups/g1/members";
    admin.post(members, Map.of("add", List.of("one"))).then().statusCode(200);
    var before = entries("");
    admin.patch(base, Map.of("suspended", false)).then().statusCode(200);
    admin.patch(device, Map.of("enabled", true)).then().statusCode(200);
    admin.put(device, "*", Map.of("enabled", true)).then().statusCode(200);
    admin.patch(base + "/device-types/t1", Map.of("name", "a")).then().statusCode(200);
    admin.patch(base + "/groups/g1", Map.of("name", "a")).then().statusCode(200);
    admin.post(members, Map.of("add", List.of("one"))).then().statusCode(200);
    admin.post(members, Map.of("remove", List.of("two"))).then().statusCode(200);
    assertEquals(before, entries(""));
  }

  @Test
  void whatChangesSomethingLeavesOneEach() {
    var device = admin.device(tenant, "one");
    admin.post(base + "/device-types", Map.of("id", "t1")).then().statusCode(201);
    admin.post(base + "/groups", Map.of("id", "g1")).then().statusCode(201);
    admin.patch(base, Map.of("suspended", true)).then().statusCode(200);
    admin.patch(device, Map.of("enabled", false)).then().statusCode(200);
    admin.patch(base + "/device-types/t1", Map.of("name", "a")).then().statusCode(200);
    admin.patch(base + "/groups/g1", Map.of("name", "a")).then().statusCode(200);
    admin.post(base + "/groups/g1/members", Map.of("add", List.of("one"))).then().statusCode(200);
    assertEquals(
        List.of(
            "group-members-changed",
            "group-updated",
            "device-type-updated",
            "device-updated",
            "tenant-updated"),
        entries("").subList(0, 5));
  }

  @Test
  void devicesThatLoseTheirGatewayHaveAnEntryEach() {
    var gateway = admin.device(tenant, "gateway");
    for (var id : List.of("a", "b")) {
      var body = Map.of("id", id, "gateway", "gateway");
      admin.post(Api.devices(tenant), body).then().statusCode(201);
    }
    admin.device(tenant, "c");
    admin.delete(gateway).then().statusCode(204);
    for (var id : List.of("a", "b")) {
      assertEquals(List.of("device-updated", "device-created"), entries("?subject=devices/" + id));
    }
    assertEquals(List.of("device-created"), entries("?subject=devices/c"));
    var answer = admin.get(base + "/audit?subject=devices/a");
    assertEquals(List.of("ada", "ada"), answer.<List<String>>path("items.actor"));
  }

  private List<String> entries(String query) {
    return admin.get(base + "/audit" + query).path("items.action");
  }
}
