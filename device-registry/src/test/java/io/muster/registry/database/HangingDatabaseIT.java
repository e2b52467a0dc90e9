package io.muster.registry.database;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A database that keeps its connections open and says nothing. */
@RegistryTest
class HangingDatabaseIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void makesTheServiceNotReadyWithAReasonUntilItAnswersAgain() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    postgres.freeze();
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  Api.as(null)
                      .get("/q/health/ready")
                      .then()
                      .statusCode(503)
                      .body(containsString("no answer within")));
      assertEquals(200, Api.as(null).get("/q/health/live").statusCode());
    } finally {
      postgres.thaw();
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Api.as(null).get("/q/health/ready").statusCode() == 200);
    assertEquals(200, admin.get("/api/v1/tenants/" + tenant).statusCode());
  }
}
