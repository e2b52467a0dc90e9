package io.muster.registry.audit;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.registry.Api;
import io.muster.registry.LocalPeer;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@RegistryTest
class AuditIT {
  Tokens tokens;

  @Test
  void tellsWhoChangedWhatTheLatestFirst() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var operator = Api.as(tokens.person("operator", tenant));
    var device = operator.device(tenant, "one");
    var secret = operator.secret(device);
    operator.patch(device, Map.of("attributes", Map.of("pin", "4711"))).then().statusCode(200);
    operator.delete(device).then().statusCode(204);
    var audit = admin.get(audit(tenant));
    audit
        .then()
        .statusCode(200)
        .body("items", hasSize(5))
        .body("items[0].action", equalTo("device-deleted"))
        .body("items[0].actor", equalTo("pat-operator"))
        .body("items[0].address", equalTo("127.0.0.1"))
        .body("items[0].subject", equalTo("devices/one"))
        .body("items[1].action", equalTo("device-updated"))
        .body("items[2].action", equalTo("credential-created"))
        .body("items[2].subject", equalTo("devices/one/credentials/" + secret.path("id")))
        .body("items[4].action", equalTo("tenant-created"))
        .body("items[4].subject", nullValue())
        .body("items[4].actor", equalTo("ada"));
    assertEquals(
        List.of("device-deleted", "device-updated", "credential-created", "device-created"),
        admin.audited(tenant, "actor=pat-operator"));
    assertEquals(List.of("tenant-created"), admin.audited(tenant, "actor=ada"));
    assertEquals(List.of(), admin.audited(tenant, "actor=pat"));
    assertFalse(audit.asString().contains(secret.<String>path("secret")), "a secret");
    assertFalse(audit.asString().contains("4711"), "an attribute");
  }

  @Test
  void whoIsBehindATrustedProxyIsNamedAndNobodyElsesWordCounts() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "one");
    patch(tenant, "127.0.0.1", "203.0.113.7", 1);
    patch(tenant, LocalPeer.TRUSTED, "198.51.100.9, 203.0.113.7, 127.0.0.2", 2);
    patch(tenant, LocalPeer.TRUSTED, "203.0.113.7, unknown", 3);
    assertEquals(
        List.of("127.0.0.2", "203.0.113.7", "127.0.0.1"),
        admin
            .get(audit(tenant) + "?action=device-updated&subject=devices/one")
            .<List<?>>path("items.address"));
  }

  private void patch(String tenant, String from, String forwardedFor, int value) {
    try (var peer = new LocalPeer(from)) {
      var path = Api.devices(tenant) + "/one";
      var body = "{\"attributes\":{\"a\":%d}}".formatted(value);
      var status = peer.send("PATCH", path, "Bearer " + tokens.admin(), forwardedFor, body);
      assertEquals(200, status);
    }
  }

  @Test
  void isSearchedAndPaged() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    for (var id : List.of("a", "a-b", "b")) {
      admin.secret(admin.device(tenant, id));
    }
    assertEquals(
        List.of("credential-created", "device-created"),
        admin.get(audit(tenant) + "?subject=devices/a").<List<?>>path("items.action"));
    assertEquals(
        3, admin.get(audit(tenant) + "?action=device-created").<List<?>>path("items").size());
    assertEquals(
        0, admin.get(audit(tenant) + "?to=2020-01-01T00:00:00Z").<List<?>>path("items").size());
    assertEquals(
        7, admin.get(audit(tenant) + "?from=2020-01-01T00:00:00Z").<List<?>>path("items").size());
    List<Object> paged = new ArrayList<>();
    String next = null;
    do {
      var page = admin.get(audit(tenant) + "?limit=3" + (next == null ? "" : "&cursor=" + next));
      paged.addAll(page.path("items"));
      next = page.path("next");
    } while (next != null);
    assertEquals(admin.get(audit(tenant)).<List<Object>>path("items"), paged);
    assertProblem(admin.get(audit(tenant) + "?cursor=x"), 400, "malformed-request");
    assertProblem(admin.get(audit(tenant) + "?from=yesterday"), 400, "malformed-request");
  }

  @Test
  void outlivesTheTenantForThePlatformAlone() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.delete("/api/v1/tenants/" + tenant).then().statusCode(204);
    var all = admin.get("/api/v1/audit?action=tenant-deleted").<List<String>>path("items.tenant");
    assertEquals(tenant, all.getFirst());
    var own = Api.as(tokens.person("admin", tenant));
    assertProblem(own.get("/api/v1/audit"), 403, "forbidden");
  }

  @Test
  void isForAdministratorsOfTheTenant() {
    var tenant = Api.as(tokens.admin()).tenant();
    assertEquals(200, Api.as(tokens.person("admin", tenant)).get(audit(tenant)).statusCode());
    assertProblem(Api.as(tokens.person("operator", tenant)).get(audit(tenant)), 403, "forbidden");
    var other = Api.as(tokens.person("admin", Api.as(tokens.admin()).tenant()));
    assertProblem(other.get(audit(tenant)), 403, "forbidden");
  }

  @Test
  void aRefusedChangeLeavesNoEntry() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    assertProblem(admin.put(device, "\"7\"", Map.of("enabled", true)), 412, "version-mismatch");
    assertEquals(
        List.of("device-created", "tenant-created"),
        admin.get(audit(tenant)).<List<?>>path("items.action"));
  }

  private static String audit(String tenant) {
    return "/api/v1/tenants/" + tenant + "/audit";
  }
}
