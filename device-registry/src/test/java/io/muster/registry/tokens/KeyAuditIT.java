package io.muster.registry.tokens;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.util.Map;
import org.junit.jupiter.api.Test;

@RegistryTest
class KeyAuditIT {
  Tokens tokens;

  @Test
  void aNewKeyIsInTheAuditOfThePlatformAndInNoTenants() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var made = admin.post("/api/v1/device-tokens/keys", Map.of());
    made.then().statusCode(201);
    var query = "/audit?subject=device-tokens/" + made.path("id");
    admin
        .get("/api/v1" + query)
        .then()
        .statusCode(200)
        .body("items.action", contains("device-token-key-created"))
        .body("items.tenant", contains("platform"))
        .body("items.actor", contains("ada"))
        .body("items.address", contains("127.0.0.1"));
    admin.get("/api/v1/tenants/" + tenant + query).then().body("items", empty());
    assertProblem(admin.get("/api/v1/tenants/platform" + query), 400, "malformed-request");
  }
}
