package io.muster.registry.isolation;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.hasItem;

import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.RegistryTest;
import io.muster.registry.TestAuthority;
import io.muster.registry.Tokens;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A text with a NUL, which PostgreSQL does not store, where all else about the request is right.
 */
@RegistryTest
class UnstorableTextIT {
  private static final String NAME = "a\u0000b";

  Tokens tokens;

  @Test
  void aClaimTokensNameIsRefusedByItsPlace() {
    var admin = Api.as(tokens.admin());
    var path = "/api/v1/tenants/" + admin.tenant() + "/claim-tokens";
    var end = Instant.now().plusSeconds(600).toString();
    assertProblem(admin.post(path, Map.of("name", NAME, "notAfter", end)), 422, "invalid-content")
        .body("errors.pointer", hasItem("/name"));
  }

  @Test
  void anAuthoritysNameIsRefusedByItsPlace() {
    var admin = Api.as(tokens.admin());
    var path = "/api/v1/tenants/" + admin.tenant() + "/certificate-authorities";
    var pem = DeviceCertificates.pem(TestAuthority.root("factory").certificate());
    assertProblem(
            admin.post(path, Map.of("name", NAME, "certificate", pem)), 422, "invalid-content")
        .body("errors.pointer", hasItem("/name"));
    var made = admin.post(path, Map.of("name", "ab", "certificate", pem));
    made.then().statusCode(201);
    var change = Map.of("name", NAME);
    assertProblem(admin.patch(path + "/" + made.path("id"), change), 422, "invalid-content")
        .body("errors.pointer", hasItem("/name"));
  }

  @Test
  void namesOfGroupsAndTypesAreRefusedByTheirPlace() {
    var admin = Api.as(tokens.admin());
    var base = "/api/v1/tenants/" + admin.tenant();
    for (var path : new String[] {"/groups", "/device-types"}) {
      for (var member : new String[] {"name", "description"}) {
        assertProblem(
                admin.post(base + path, Map.of("id", "one", member, NAME)), 422, "invalid-content")
            .body("errors.pointer", hasItem("/" + member));
      }
    }
  }
}
