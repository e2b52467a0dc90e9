package io.muster.registry.access;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.Test;

@RegistryTest
class AccessIT {
  private static final String TENANTS = "/api/v1/tenants";
  private static final String VERIFY = "/internal/v1/credentials/verify";

  Tokens tokens;

  @Test
  void aStrangerGetsInNowhere() {
    for (var path : List.of(TENANTS, "/api/v1/tenants/demo", "/internal/v1/events")) {
      assertProblem(Api.as(null).get(path), 401, "not-authenticated");
      assertProblem(Api.as("rubbish").get(path), 401, "not-authenticated");
    }
  }

  @Test
  void aTokenThatDoesNotHoldIsRefused() {
    var past = NumericDate.fromSeconds(Instant.now().minusSeconds(3600).getEpochSecond());
    var expired = tokens.odd(claims -> claims.setExpirationTime(past));
    var forDevices = tokens.odd(claims -> claims.setAudience("muster-mqtt"));
    var forServices = tokens.odd(claims -> claims.setAudience("muster-service"));
    var ofNobody = tokens.odd(claims -> claims.unsetClaim("sub"));
    var ofAnother = tokens.odd(claims -> claims.setIssuer("http://127.0.0.1:1/people"));
    var tampered = tokens.admin().substring(0, tokens.admin().length() - 8) + "AAAAAAAA";
    for (var token :
        List.of(
            expired, forDevices, forServices, ofNobody, ofAnother, tampered, tokens.unsigned())) {
      assertProblem(Api.as(token).get(TENANTS), 401, "not-authenticated");
    }
  }

  @Test
  void aPersonIsNoServiceAndAServiceIsNoPerson() {
    assertProblem(Api.as(tokens.admin()).get("/internal/v1/events"), 401, "not-authenticated");
    assertProblem(Api.as(tokens.admin()).post(VERIFY, Map.of()), 401, "not-authenticated");
    assertProblem(Api.as(tokens.service()).get(TENANTS), 401, "not-authenticated");
  }

  @Test
  void aServiceTokenOfMoreThanAnHourAgoIsRefusedWhateverItsEndSays() {
    var old =
        tokens.oddService(
            claims ->
                claims.setIssuedAt(
                    NumericDate.fromSeconds(Instant.now().minusSeconds(7200).getEpochSecond())));
    var undated = tokens.oddService(claims -> claims.unsetClaim("iat"));
    var withoutRole = tokens.oddService(claims -> claims.setStringListClaim("groups", "other"));
    assertProblem(Api.as(old).get("/internal/v1/events"), 401, "not-authenticated");
    assertProblem(Api.as(undated).get("/internal/v1/events"), 401, "not-authenticated");
    assertProblem(Api.as(withoutRole).get("/internal/v1/events"), 403, "forbidden");
    assertEquals(200, Api.as(tokens.service()).get("/internal/v1/events").statusCode());
  }

  @Test
  void aViewerReadsAndWritesNothing() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var credential = admin.secret(device).<String>path("id");
    var viewer = Api.as(tokens.person("viewer", tenant));

    assertEquals(200, viewer.get(device).statusCode());
    assertEquals(200, viewer.get(Api.devices(tenant)).statusCode());
    assertEquals(200, viewer.get(device + "/credentials").statusCode());
    assertEquals(200, viewer.get("/api/v1/tenants/" + tenant).statusCode());
    assertForbidden(viewer.post(Api.devices(tenant), Map.of("id", "two")));
    assertForbidden(viewer.put(device, "*", Map.of("enabled", false)));
    assertForbidden(viewer.patch(device, Map.of("enabled", false)));
    assertForbidden(viewer.delete(device));
    assertForbidden(viewer.post(device + "/credentials", Map.of("kind", "secret")));
    assertForbidden(viewer.delete(device + "/credentials/" + credential));
    assertForbidden(viewer.delete("/api/v1/tenants/" + tenant));
    assertEquals(200, viewer.get(device).statusCode());
  }

  @Test
  void anOperatorWritesDevicesAndCredentialsButNoTenants() {
    var tenant = Api.as(tokens.admin()).tenant();
    var operator = Api.as(tokens.person("operator", tenant));
    var device = operator.device(tenant, "one");
    operator.secret(device);
    assertForbidden(operator.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true)));
    assertForbidden(operator.post("/api/v1/tenants", Map.of("id", Api.freshTenant())));
  }

  @Test
  void anAdministratorOfOneTenantManagesNoTenants() {
    var tenant = Api.as(tokens.admin()).tenant();
    var own = Api.as(tokens.person("admin", tenant));
    assertForbidden(own.post("/api/v1/tenants", Map.of("id", Api.freshTenant())));
    assertForbidden(own.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true)));
    assertForbidden(own.put("/api/v1/tenants/" + tenant, "*", Map.of("suspended", true)));
    assertForbidden(own.delete("/api/v1/tenants/" + tenant));
    assertEquals(201, own.post(Api.devices(tenant), Map.of("id", "one")).statusCode());
  }

  @Test
  void anotherTenantsThingsAndThingsThatAreNotThereAnswerAlike() {
    var admin = Api.as(tokens.admin());
    var mine = admin.tenant();
    var theirs = admin.tenant();
    var device = admin.device(theirs, "one");
    var credential = admin.secret(device).<String>path("id");
    var me = Api.as(tokens.person("operator", mine));
    var nowhere = Api.devices(Api.freshTenant());
    for (var paths :
        List.of(
            List.of(device, nowhere + "/one"),
            List.of(Api.devices(theirs), nowhere),
            List.of(device + "/credentials", nowhere + "/one/credentials"),
            List.of(
                device + "/credentials/" + credential, nowhere + "/one/credentials/" + credential),
            List.of("/api/v1/tenants/" + theirs, "/api/v1/tenants/" + Api.freshTenant()))) {
      var there = assertProblem(me.get(paths.get(0)), 403, "forbidden").extract();
      var notThere = assertProblem(me.get(paths.get(1)), 403, "forbidden").extract();
      assertEquals(there.<String>path("detail"), notThere.<String>path("detail"));
    }
    assertForbidden(me.post(Api.devices(theirs), Map.of("id", "mine-now")));
    assertForbidden(me.patch(device, Map.of("enabled", false)));
    assertForbidden(me.delete(device));
    assertForbidden(me.post(device + "/credentials", Map.of("kind", "secret")));
    assertForbidden(me.delete(device + "/credentials/" + credential));
    assertEquals(200, admin.get(device).statusCode());
  }

  @Test
  void aTokenWithoutTenantsOrWithAForeignFormOfThemOpensNothing() {
    var tenant = Api.as(tokens.admin()).tenant();
    var none = tokens.odd(claims -> claims.unsetClaim("muster_tenants"));
    var number = tokens.odd(claims -> claims.setClaim("muster_tenants", 7));
    var object = tokens.odd(claims -> claims.setClaim("muster_tenants", Map.of("*", "*")));
    for (var token : List.of(none, number, object)) {
      assertForbidden(Api.as(token).get("/api/v1/tenants/" + tenant));
    }
    var text = tokens.odd(claims -> claims.setClaim("muster_tenants", tenant));
    assertEquals(200, Api.as(text).get("/api/v1/tenants/" + tenant).statusCode());
  }

  private static void assertForbidden(io.restassured.response.Response response) {
    assertProblem(response, 403, "forbidden");
  }
}
