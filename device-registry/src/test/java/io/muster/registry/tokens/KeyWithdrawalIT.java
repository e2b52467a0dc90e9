package io.muster.registry.tokens;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class KeyWithdrawalIT {
  private static final String KEYS = "/api/v1/device-tokens/keys";
  private static final String SET = "/api/v1/device-tokens/jwks.json";

  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;
  private String device;
  private DeviceAddress address;

  @BeforeEach
  void aDevice() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    device = admin.device(tenant, "one");
    address = DeviceAddress.of(tenant, "one");
  }

  @Test
  void whatAWithdrawnKeySignedIsWorthNothingAndAnotherOneSignsAtOnce() {
    var before = token();
    var key = assertInstanceOf(VerifyAnswer.Allowed.class, verify(before)).token().key();
    assertTrue(published().contains(key.toString()));
    admin.delete(KEYS + "/" + key).then().statusCode(204);
    assertInstanceOf(VerifyAnswer.Denied.class, verify(before));
    assertFalse(published().contains(key.toString()));
    var after = assertInstanceOf(VerifyAnswer.Allowed.class, verify(token()));
    assertNotEquals(key, after.token().key());
    assertTrue(published().contains(after.token().key().toString()));
  }

  @Test
  void theNextKeyStaysTheNextOne() {
    var next = admin.post(KEYS, Map.of()).<String>path("id");
    var key = assertInstanceOf(VerifyAnswer.Allowed.class, verify(token())).token().key();
    admin.delete(KEYS + "/" + key).then().statusCode(204);
    var after = assertInstanceOf(VerifyAnswer.Allowed.class, verify(token())).token().key();
    assertNotEquals(key, after);
    assertNotEquals(UUID.fromString(next), after);
    assertTrue(published().contains(next));
  }

  @Test
  void everyTenantIsToldAndItsAuditSaysWho() {
    var other = admin.tenant();
    var key = assertInstanceOf(VerifyAnswer.Allowed.class, verify(token())).token().key();
    admin.delete(KEYS + "/" + key).then().statusCode(204);
    for (var each : List.of(tenant, other)) {
      assertEquals(1, eventsFor(each, key));
      admin
          .get("/api/v1/tenants/" + each + "/audit")
          .then()
          .body("items.action", hasItem("device-token-key-withdrawn"))
          .body("items[0].subject", equalTo("device-tokens/" + key));
    }
    // A second time there is nothing to withdraw, and nobody is told.
    assertProblem(admin.delete(KEYS + "/" + key), 404, "not-found");
    assertEquals(1, eventsFor(tenant, key));
  }

  @Test
  void saysItAsTheContractHasIt() throws SQLException {
    Golden.assertSameShape("internal/verify-answer-token.json", answer(token()).asByteArray());
    var key = assertInstanceOf(VerifyAnswer.Allowed.class, verify(token())).token().key();
    admin.delete(KEYS + "/" + key).then().statusCode(204);
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement();
        var result =
            statement.executeQuery(
                "SELECT payload FROM registry.outbox WHERE topic ="
                    + " 'platform/registry/token-key-withdrawn/"
                    + tenant
                    + "'")) {
      assertTrue(result.next());
      Golden.assertSameShape("events/registry.token-key-withdrawn.json", result.getBytes(1));
    }
  }

  @Test
  void onlyThePlatformsAdministratorsDoIt() {
    var key = assertInstanceOf(VerifyAnswer.Allowed.class, verify(token())).token().key();
    for (var person : List.of(tokens.person("admin", tenant), tokens.person("operator", tenant))) {
      assertProblem(Api.as(person).delete(KEYS + "/" + key), 403, "forbidden");
    }
    assertProblem(Api.as(null).delete(KEYS + "/" + key), 401, "not-authenticated");
    assertInstanceOf(VerifyAnswer.Allowed.class, verify(token()));
    assertProblem(admin.delete(KEYS + "/" + UUID.randomUUID()), 404, "not-found");
    admin.delete(KEYS + "/none").then().statusCode(400);
  }

  private List<String> published() {
    return Api.as(null).get(SET).path("keys.kid");
  }

  private String token() {
    var answer = admin.post(device + "/token", Map.of());
    answer.then().statusCode(200);
    return answer.path("token");
  }

  private VerifyAnswer verify(String jwt) {
    try {
      return ContractJson.mapper().readValue(answer(jwt).asString(), VerifyAnswer.class);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private Response answer(String jwt) {
    try {
      var request = new VerifyRequest(address, new CredentialProof.Token(jwt), "127.0.0.1", true);
      var answer =
          Api.as(tokens.service())
              .request()
              .contentType(ContentType.JSON)
              .body(ContractJson.mapper().writeValueAsString(request))
              .post("/internal/v1/credentials/verify");
      answer.then().statusCode(200);
      return answer;
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private long eventsFor(String told, UUID key) {
    var query =
        "SELECT count(*) FROM registry.outbox WHERE topic = 'platform/registry/token-key-withdrawn/"
            + told
            + "' AND convert_from(payload, 'UTF8') LIKE '%"
            + key
            + "%'";
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
