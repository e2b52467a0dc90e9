package io.muster.registry.tenants;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
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
import org.junit.jupiter.api.Test;

@RegistryTest
class TenantsIT {
  private static final String TENANTS = "/api/v1/tenants";

  Tokens tokens;

  @Test
  void aTenantHasTheDefaultsUntilItHasLimitsOfItsOwn() {
    var admin = Api.as(tokens.admin());
    var tenant = Api.freshTenant();
    var created = admin.post(TENANTS, Map.of("id", tenant));
    created
        .then()
        .statusCode(201)
        .header("Location", org.hamcrest.Matchers.endsWith("/api/v1/tenants/" + tenant))
        .header("ETag", "\"1\"")
        .body("limits.devices", equalTo(1_000_000))
        .body("limits.messagesPerSecond", equalTo(20_000))
        .body("limits.payloadBytes", equalTo(262_144))
        .body("suspended", equalTo(false))
        .body("devices", equalTo(0));
    admin
        .put(
            TENANTS + "/" + tenant,
            "\"1\"",
            Map.of("suspended", false, "limits", Map.of("devices", 3, "payloadBytes", 1000)))
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"")
        .body("limits.devices", equalTo(3))
        .body("limits.messagesPerSecond", equalTo(20_000))
        .body("limits.payloadBytes", equalTo(1000));
    var defaultAgain = new HashMap<String, Object>();
    defaultAgain.put("devices", null);
    admin
        .patch(TENANTS + "/" + tenant, Map.of("limits", defaultAgain))
        .then()
        .statusCode(200)
        .body("limits.devices", equalTo(1_000_000))
        .body("limits.payloadBytes", equalTo(1000));
  }

  @Test
  void anIdIsTakenOnce() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    assertProblem(admin.post(TENANTS, Map.of("id", tenant)), 409, "tenant-exists");
  }

  @Test
  void whatIsWrongIsPointedAt() {
    var admin = Api.as(tokens.admin());
    assertProblem(admin.post(TENANTS, Map.of()), 422, "invalid-content")
        .body("errors.pointer", contains("/id"));
    for (var id : List.of("A", "a", "-ab", "ab-", "a_b", "a b", "internal", "a".repeat(41), "ü1")) {
      assertProblem(admin.post(TENANTS, Map.of("id", id)), 400, "malformed-request")
          .body("errors.pointer", contains("/id"));
    }
    assertProblem(
            admin.post(
                TENANTS, Map.of("id", Api.freshTenant(), "limits", Map.of("payloadBytes", 0))),
            422,
            "invalid-content")
        .body("errors.pointer", contains("/limits/payloadBytes"));
    assertProblem(
            admin.post(
                TENANTS, Map.of("id", Api.freshTenant(), "limits", Map.of("devices", "many"))),
            400,
            "malformed-request")
        .body("errors.pointer", contains("/limits/devices"));
    assertProblem(
            admin.post(TENANTS, Map.of("id", Api.freshTenant(), "limits", Map.of("device", 1))),
            400,
            "malformed-request")
        .body("errors.pointer", contains("/limits/device"));
  }

  @Test
  void aReplacementNeedsTheVersionItIsBasedOn() {
    var admin = Api.as(tokens.admin());
    var path = TENANTS + "/" + admin.tenant();
    var body = Map.of("suspended", true);
    assertProblem(admin.put(path, null, body), 428, "version-required");
    assertProblem(admin.put(path, "\"9\"", body), 412, "version-mismatch").header("ETag", "\"1\"");
    assertProblem(admin.put(path, "W/\"1\"", body), 400, "malformed-request")
        .body("errors.parameter", contains("If-Match"));
    assertProblem(admin.put(path, "*", Map.of()), 422, "invalid-content")
        .body("errors.pointer", contains("/suspended"));
    assertProblem(
            admin.put(path, "*", Map.of("id", "another", "suspended", true)),
            422,
            "invalid-content")
        .body("errors.pointer", contains("/id"));
    assertEquals(200, admin.put(path, "\"1\"", body).statusCode());
  }

  @Test
  void theDeviceLimitHoldsAlsoForConcurrentRequestsAndAPlaceComesBack() {
    var admin = Api.as(tokens.admin());
    var tenant = Api.freshTenant();
    admin
        .post(TENANTS, Map.of("id", tenant, "limits", Map.of("devices", 5)))
        .then()
        .statusCode(201);
    var devices = Api.devices(tenant);
    var statuses =
        java.util.stream.IntStream.range(0, 20)
            .parallel()
            .mapToObj(n -> admin.post(devices, Map.of("id", "d" + n)).statusCode())
            .toList();
    assertEquals(5, statuses.stream().filter(status -> status == 201).count());
    assertEquals(15, statuses.stream().filter(status -> status == 429).count());
    assertProblem(admin.post(devices, Map.of("id", "more")), 429, "limit-reached");
    var one = admin.get(devices).<String>path("items[0].id");
    assertEquals(204, admin.delete(devices + "/" + one).statusCode());
    assertEquals(201, admin.post(devices, Map.of("id", "more")).statusCode());
    admin.get(TENANTS + "/" + tenant).then().body("devices", equalTo(5));
    assertProblem(admin.post(devices, Map.of("id", "more")), 409, "device-exists");
  }

  @Test
  void aTenantWithDevicesIsDeletedOnlyWhenThatIsMeant() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    var path = TENANTS + "/" + tenant;
    assertProblem(admin.delete(path), 409, "tenant-has-devices");
    assertEquals(204, admin.delete(path + "?withDevices=true").statusCode());
    assertProblem(admin.get(path), 404, "not-found");
    assertProblem(admin.delete(path), 404, "not-found");
  }

  @Test
  void theNameOfADeletedTenantIsNotGivenAgain() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var path = TENANTS + "/" + tenant;
    assertEquals(204, admin.delete(path).statusCode());
    for (int i = 0; i < 2; i++) {
      assertProblem(admin.post(TENANTS, Map.of("id", tenant)), 409, "tenant-deleted")
          .body("detail", containsString("'" + tenant + "'"));
    }
    assertProblem(admin.put(path, "*", Map.of("suspended", false)), 409, "tenant-deleted");
    assertProblem(admin.patch(path, Map.of("suspended", true)), 404, "not-found");
    assertProblem(admin.get(path), 404, "not-found");
    assertProblem(admin.delete(path), 404, "not-found");
    assertProblem(
        admin.put(TENANTS + "/" + Api.freshTenant(), "*", Map.of("suspended", false)),
        404,
        "not-found");
  }

  @Test
  void aDeletionThatIsRefusedLeavesTheName() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    assertProblem(admin.delete(TENANTS + "/" + tenant), 409, "tenant-has-devices");
    assertProblem(admin.post(TENANTS, Map.of("id", tenant)), 409, "tenant-exists");
  }

  @Test
  void aCallerSeesItsOwnTenantsPageByPage() {
    var admin = Api.as(tokens.admin());
    var own = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      own.add(admin.tenant());
    }
    admin.tenant();
    var viewer = Api.as(tokens.person("viewer", own.toArray(String[]::new)));
    var seen = new ArrayList<String>();
    String cursor = "";
    do {
      var page = viewer.get(TENANTS + "?limit=2" + cursor);
      page.then().statusCode(200);
      List<String> ids = page.path("items.id");
      assertTrue(ids.size() <= 2);
      seen.addAll(ids);
      var next = page.<String>path("next");
      cursor = next == null ? null : "&cursor=" + next;
    } while (cursor != null);
    assertEquals(own.stream().sorted().toList(), seen);
    Api.as(tokens.person("viewer"))
        .get(TENANTS)
        .then()
        .statusCode(200)
        .body("items.size()", equalTo(0))
        .body("next", nullValue());
  }
}
