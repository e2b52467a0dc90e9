package io.muster.registry.provisioning;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that nobody decides about do not keep out those that come later. */
@RegistryTest
class RequestAgeIT {
  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;
  private String requests;
  private String claim;

  @BeforeEach
  void aDeviceThatOthersWantToBe() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    var base = "/api/v1/tenants/" + tenant;
    requests = base + "/provisioning-requests";
    var body = Map.of("maxUses", 1, "notAfter", Instant.now().plusSeconds(3600).toString());
    claim = admin.post(base + "/claim-tokens", body).path("token");
    Newcomer.of(tenant, "one").ask(claim).then().statusCode(200);
    for (int i = 0; i < 3; i++) {
      ask();
    }
  }

  @Test
  void oneDeviceLeavesFewRequests() {
    ask();
    ask();
    admin.get(requests).then().body("items", hasSize(3));
  }

  @Test
  void whatIsFreshStays() throws SQLException {
    age("29 days");
    ask();
    admin.get(requests).then().body("items", hasSize(3));
  }

  @Test
  void whatIsOldMakesRoom() throws SQLException {
    var before = admin.get(requests).<List<String>>path("items.id");
    age("31 days");
    ask();
    admin.get(requests).then().body("items", hasSize(1));
    assertFalse(before.contains(admin.get(requests).<String>path("items[0].id")));
  }

  @Test
  void whatWasRefusedCountsFromThenOn() throws SQLException {
    var refused = admin.get(requests).<String>path("items[0].id");
    admin.post(requests + "/" + refused + "/refuse", Map.of()).then().statusCode(204);
    age("31 days");
    ask();
    var left = admin.get(requests).<List<String>>path("items.state");
    assertEquals(List.of("refused", "pending"), left);
  }

  private void ask() {
    assertProblem(Newcomer.of(tenant, "one").ask(claim), 409, "provisioning-approval-needed");
  }

  private void age(String by) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      assertEquals(
          3,
          statement.executeUpdate(
              "UPDATE registry.provisioning_request SET requested_at = requested_at - interval '"
                  + by
                  + "' WHERE tenant_key = (SELECT key FROM registry.tenant WHERE id = '"
                  + tenant
                  + "')"));
    }
  }
}
