package io.muster.registry;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.postgres.LocalPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@RegistryTest
class ServiceIT {
  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void itIsReadyWhileTheBrokerIsAway() {
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                Api.as(null)
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("UP")));
    Api.as(null).get("/q/health/live").then().statusCode(200);
  }

  @Test
  void itDescribesItsInterface() {
    var answer = Api.as(null).request().accept("application/json").get("/q/openapi?format=json");
    answer.then().statusCode(200);
    Map<String, Object> paths = answer.path("paths");
    for (var path :
        List.of(
            "/api/v1/tenants",
            "/api/v1/tenants/{tenant}",
            "/api/v1/tenants/{tenant}/devices",
            "/api/v1/tenants/{tenant}/devices/{device}",
            "/api/v1/tenants/{tenant}/devices/{device}/credentials",
            "/internal/v1/credentials/verify",
            "/internal/v1/events")) {
      assertTrue(paths.containsKey(path), path);
    }
    answer.then().body("components.schemas", hasKey("CredentialInput"));
  }

  @Test
  void aDeviceIsNoLabelOfAMetric() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "label-probe");
    admin.secret(device);
    admin.get(device);
    admin.get(Api.devices(tenant) + "/no-such-label-probe");
    var metrics = Api.as(null).get("/q/metrics").asString();
    assertEquals(false, metrics.contains("label-probe"), metrics);
    assertEquals(false, metrics.contains(tenant), metrics);
  }

  @Test
  void itRecoversWhenTheDatabaseWasAway() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    postgres.stop();
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  ProblemMatcher.assertProblem(
                          admin.get("/api/v1/tenants/" + tenant), 503, "unavailable")
                      .header("Retry-After", equalTo("2")));
      ProblemMatcher.assertProblem(
          admin.post(Api.devices(tenant), Map.of("id", "one")), 503, "unavailable");
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Api.as(null).get("/q/health/ready").statusCode() == 503);
      assertEquals(200, Api.as(null).get("/q/health/live").statusCode());
    } finally {
      postgres.restart();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.as(null).get("/q/health/ready").statusCode() == 200);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              var status = admin.post(Api.devices(tenant), Map.of("id", "one")).statusCode();
              return status == 201 || status == 409;
            });
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Api.as(tokens.service())
                        .get("/internal/v1/events?after=0&limit=1000")
                        .asString()
                        .length()
                    > 100);
  }
}
