package io.muster.registry.isolation;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.muster.registry.isolation.Interface.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Every path that the service describes, tried by those who may not. */
@RegistryTest
class IsolationIT {
  private static final String BODY = "{\"id\":\"one\"}";

  Tokens tokens;

  @Test
  void theDescriptionHasWhatIsKnown() {
    var paths = Interface.read().operations().stream().map(Operation::toString).toList();
    for (var known :
        List.of(
            "GET /api/v1/tenants/{tenant}/devices",
            "PATCH /api/v1/tenants/{tenant}/devices/{device}",
            "POST /api/v1/tenants/{tenant}/device-import",
            "GET /api/v1/tenants/{tenant}/device-export",
            "POST /broker/authn",
            "POST /internal/v1/credentials/verify")) {
      assertTrue(paths.contains(known), known + " in " + paths);
    }
  }

  @Test
  void withoutATokenAndWithOneOfTheOtherKindNothingOpens() {
    each(
        all().filter(it -> !it.isOfDevices() && !it.isPublic()),
        operation -> {
          var path = operation.with(Map.of("tenant", "demo"));
          assertProblem(operation.send(Api.as(null), path, BODY), 401, "not-authenticated");
          assertProblem(operation.send(Api.as("rubbish"), path, BODY), 401, "not-authenticated");
          var other = operation.isOfPeople() ? tokens.service() : tokens.admin();
          assertProblem(operation.send(Api.as(other), path, BODY), 401, "not-authenticated");
        });
  }

  /** What devices call goes by the proof in the request, and nobody's token stands in for it. */
  @Test
  void whatDevicesCallOpensToNobodyWithoutADevicesProof() {
    var ofDevices = all().filter(Operation::isOfDevices).toList();
    assertEquals(3, ofDevices.size(), ofDevices.toString());
    for (var token : Arrays.asList(null, "rubbish", tokens.admin(), tokens.service())) {
      each(
          ofDevices.stream(),
          operation -> {
            var status = operation.send(Api.as(token), operation.path(), BODY).statusCode();
            assertTrue(status >= 400 && status < 500, "answers " + status);
          });
    }
  }

  @Test
  void whatIsPublicIsKeysAlone() {
    var open = all().filter(Operation::isPublic).map(Operation::toString).toList();
    assertEquals(List.of("GET /api/v1/device-tokens/jwks.json"), open);
    Api.as(null)
        .get("/api/v1/device-tokens/jwks.json")
        .then()
        .statusCode(200)
        .body("keys.findAll { it.d != null || it.k != null }.size()", equalTo(0));
  }

  @Test
  void anotherTenantIsForbiddenWhetherItExistsOrNot() {
    var admin = Api.as(tokens.admin());
    var mine = admin.tenant();
    var theirs = admin.tenant();
    admin.secret(admin.device(theirs, "one"));
    admin.post("/api/v1/tenants/" + theirs + "/groups", Map.of("id", "one")).then().statusCode(201);
    admin
        .post("/api/v1/tenants/" + theirs + "/device-types", Map.of("id", "one"))
        .then()
        .statusCode(201);
    var before = admin.get(Api.devices(theirs)).asString();
    for (var role : List.of("viewer", "operator", "admin")) {
      var me = Api.as(tokens.person(role, mine));
      each(
          all().filter(Operation::hasTenant).filter(Operation::isOfPeople),
          operation -> {
            var there = operation.send(me, operation.with(Map.of("tenant", theirs)), BODY);
            var nowhere =
                operation.send(me, operation.with(Map.of("tenant", Api.freshTenant())), BODY);
            assertProblem(there, 403, "forbidden");
            assertProblem(nowhere, 403, "forbidden");
            assertEquals(there.<String>path("detail"), nowhere.<String>path("detail"));
            assertFalse(there.asString().contains(theirs), there.asString());
          });
    }
    assertEquals(before, admin.get(Api.devices(theirs)).asString());
  }

  @Test
  void whatIsNotOfOneTenantShowsNoOther() {
    var admin = Api.as(tokens.admin());
    var mine = admin.tenant();
    var theirs = admin.tenant();
    for (var role : List.of("viewer", "operator", "admin")) {
      var me = Api.as(tokens.person(role, mine));
      each(
          all().filter(Operation::isOfPeople).filter(it -> !it.hasTenant()),
          operation -> {
            var answer =
                operation.send(
                    me, operation.with(Map.of()), "{\"id\":\"" + Api.freshTenant() + "\"}");
            if (operation.writes() || answer.statusCode() != 200) {
              assertProblem(answer, 403, "forbidden");
            }
            assertFalse(answer.asString().contains(theirs), answer.asString());
          });
    }
  }

  @Test
  void aViewerWritesNothing() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.secret(admin.device(tenant, "one"));
    var before = admin.get(Api.devices(tenant)).asString();
    var viewer = Api.as(tokens.person("viewer", tenant));
    each(
        all().filter(Operation::isOfPeople).filter(Operation::writes),
        operation ->
            assertProblem(
                operation.send(viewer, operation.with(Map.of("tenant", tenant)), BODY),
                403,
                "forbidden"));
    assertEquals(before, admin.get(Api.devices(tenant)).asString());
  }

  /** A check of one operation. */
  interface Check {
    void on(Operation operation);
  }

  static void each(Stream<Operation> operations, Check check) {
    assertAll(
        operations.map(
            operation ->
                (Executable)
                    () -> {
                      try {
                        check.on(operation);
                      } catch (AssertionError wrong) {
                        throw new AssertionError(operation + ": " + wrong.getMessage(), wrong);
                      }
                    }));
  }

  private static Stream<Operation> all() {
    return Interface.read().operations().stream();
  }
}
