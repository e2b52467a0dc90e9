package io.muster.registry;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RegistryStack.class)
class FirstSliceIT {
  Tokens tokens;

  @Test
  void aDeviceWithASecretMayConnect() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "sensor-1");
    var secret =
        admin
            .secret(device)
            .then()
            .body("secret", matchesPattern("[A-Za-z0-9_-]{43}"))
            .extract()
            .<String>path("secret");

    Api.as(tokens.service())
        .post(
            "/internal/v1/credentials/verify",
            Map.of(
                "device", Map.of("tenant", tenant, "device", "sensor-1"),
                "proof", Map.of("kind", "secret", "secret", secret)))
        .then()
        .statusCode(200)
        .body("decision", equalTo("allow"));
  }
}
