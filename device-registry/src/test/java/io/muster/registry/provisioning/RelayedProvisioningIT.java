package io.muster.registry.provisioning;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the endpoint asks for devices that are nobody yet. */
@RegistryTest
class RelayedProvisioningIT {
  private static final String VERIFY = "/internal/v1/claim-tokens/verify";
  private static final String RELAY = "/internal/v1/provisioning";

  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;

  @BeforeEach
  void aTenant() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
  }

  @Test
  void aClaimTokenIsKnownByWhatIsShownAndHoldsUntilItsEnd() {
    var claim = claim(1);
    var allowed = assertInstanceOf(ClaimAnswer.Allowed.class, verify(tenant, claim.path("token")));
    assertEquals(claim.<String>path("id"), allowed.claim().toString());
    assertEquals(Instant.parse(claim.path("notAfter")), allowed.validUntil());
  }

  @Test
  void whyAClaimTokenDoesNotHoldIsSaid() {
    var claim = claim(1);
    assertEquals(new ClaimAnswer.Denied(Reason.CLAIM_UNKNOWN), verify(tenant, "guessed"));
    assertEquals(new ClaimAnswer.Denied(Reason.CLAIM_UNKNOWN), verify(tenant, ""));
    assertEquals(
        new ClaimAnswer.Denied(Reason.CLAIM_UNKNOWN), verify(admin.tenant(), claim.path("token")));
    assertEquals(
        new ClaimAnswer.Denied(Reason.CLAIM_UNKNOWN),
        verify(Api.freshTenant(), claim.path("token")));
    var over = claim(1);
    Rows.count(
        postgres,
        "WITH over AS (UPDATE registry.claim_token SET not_after = now() WHERE id = '"
            + over.path("id")
            + "' RETURNING 1) SELECT count(*) FROM over");
    assertEquals(new ClaimAnswer.Denied(Reason.CLAIM_EXPIRED), verify(tenant, over.path("token")));
    admin.delete(claims() + "/" + claim.path("id")).then().statusCode(204);
    assertEquals(new ClaimAnswer.Denied(Reason.CLAIM_REVOKED), verify(tenant, claim.path("token")));
  }

  @Test
  void aSuspendedTenantsClaimTokensDoNotHold() {
    var claim = claim(1);
    var newcomer = Newcomer.of(tenant, "one");
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true)).then().statusCode(200);
    assertEquals(
        new ClaimAnswer.Denied(Reason.TENANT_SUSPENDED), verify(tenant, claim.path("token")));
    assertEquals(new ClaimAnswer.Denied(Reason.CLAIM_UNKNOWN), verify(tenant, "guessed"));
    assertEquals(401, relay(tenant, id(claim), newcomer.body()).status());
  }

  @Test
  void aDeviceIsProvisionedAndAskingAgainIsTheSameAndUsesNothingUp() {
    var claim = claim(1);
    var newcomer = Newcomer.of(tenant, "one");
    var first = relay(tenant, id(claim), newcomer.body());
    assertEquals(200, first.status());
    assertEquals(200, told(first).path("status").asInt());
    assertEquals("serial-one", told(first).path("device").asText());
    assertTrue(told(first).path("token").path("token").isTextual());
    admin
        .get("/api/v1/tenants/" + tenant + "/audit?subject=devices/serial-one")
        .then()
        .body("items[0].action", equalTo("device-provisioned"))
        .body("items[0].address", equalTo("192.0.2.7"));
    var again = relay(tenant, id(claim), newcomer.body());
    assertEquals(200, again.status());
    assertEquals(told(first).path("credential"), told(again).path("credential"));
    // Over REST as well.
    newcomer.ask(claim.path("token")).then().statusCode(200);
    var another = relay(tenant, id(claim), Newcomer.of(tenant, "two").body());
    assertEquals(429, another.status());
    assertEquals("urn:muster:problem:limit-reached", told(another).path("type").asText());
    admin.get(Api.devices(tenant)).then().body("items", hasSize(1));
  }

  @Test
  void fiftyAtOnceOfOneDeviceAreOneDevice() {
    var claim = id(claim(1));
    var newcomer = Newcomer.of(tenant, "one");
    var replies =
        IntStream.range(0, 50)
            .mapToObj(
                _ -> CompletableFuture.supplyAsync(() -> relay(tenant, claim, newcomer.body())))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    assertTrue(replies.stream().allMatch(it -> it.status() == 200 || it.status() == 429));
    var credentials =
        replies.stream()
            .filter(it -> it.status() == 200)
            .map(it -> told(it).path("credential").asText())
            .distinct()
            .toList();
    assertEquals(1, credentials.size());
    admin.get(Api.devices(tenant)).then().body("items", hasSize(1));
  }

  @Test
  void aThiefWithTheSameHardwareWaitsForAnOperator() {
    var claim = id(claim(5));
    assertEquals(200, relay(tenant, claim, Newcomer.of(tenant, "one").body()).status());
    var refused = relay(tenant, claim, Newcomer.of(tenant, "one").body());
    assertEquals(409, refused.status());
    assertEquals(
        "urn:muster:problem:provisioning-approval-needed", told(refused).path("type").asText());
    assertEquals(409, told(refused).path("status").asInt());
    var requests = "/api/v1/tenants/" + tenant + "/provisioning-requests";
    assertEquals("192.0.2.7", admin.get(requests).path("items[0].address"));
  }

  @Test
  void aClaimOfAnotherTenantIsNone() {
    var claim = id(claim(5));
    var other = admin.tenant();
    assertEquals(401, relay(other, claim, Newcomer.of(other, "one").body()).status());
    assertEquals(401, relay(tenant, UUID.randomUUID(), Newcomer.of(tenant, "one").body()).status());
    admin.get(Api.devices(other)).then().body("items", hasSize(0));
  }

  @Test
  void whatTheDeviceSaysWrongItIsTold() {
    var claim = id(claim(5));
    for (var payload :
        List.of("", "null", "[]", "{", "{\"hardware\":7}", "{\"hw\":{}}", "\u0000")) {
      var reply = relay(tenant, claim, payload.getBytes(StandardCharsets.UTF_8));
      assertEquals(400, reply.status(), payload);
      assertEquals("urn:muster:problem:malformed-request", told(reply).path("type").asText());
    }
    var reply = relay(tenant, claim, "{}".getBytes(StandardCharsets.UTF_8));
    assertEquals(422, reply.status());
    assertEquals("/hardware", told(reply).path("errors").path(0).path("pointer").asText());
    var stolen = Newcomer.of(tenant, "one");
    var body = stolen.body(Newcomer.of(tenant, "one").proof(_ -> {}));
    assertEquals(422, relay(tenant, claim, json(body)).status());
    admin.get(Api.devices(tenant)).then().body("items", hasSize(0));
  }

  @Test
  void saysItAsTheContractHasIt() {
    var claim = claim(1);
    var shown = new ClaimRequest(new TenantId(tenant), claim.path("token"), "192.0.2.7");
    Golden.assertSameShape(
        "internal/claim-answer-allow.json", service(VERIFY, shown).asByteArray());
    var guessed = new ClaimRequest(new TenantId(tenant), "guessed", "192.0.2.7");
    Golden.assertSameShape(
        "internal/claim-answer-deny.json", service(VERIFY, guessed).asByteArray());
    var request =
        new ProvisionRequest(
            new TenantId(tenant), id(claim), "192.0.2.7", json(Newcomer.of(tenant, "one").body()));
    Golden.assertSameShape("internal/provision-reply.json", service(RELAY, request).asByteArray());
    for (var name : List.of("claim-request", "provision-request")) {
      var path = name.equals("claim-request") ? VERIFY : RELAY;
      Api.as(tokens.service())
          .request()
          .contentType(ContentType.JSON)
          .body(Golden.bytes("internal/" + name + ".json"))
          .post(path)
          .then()
          .statusCode(200);
    }
  }

  @Test
  void onlyServicesAsk() {
    for (var path : List.of(VERIFY, RELAY)) {
      for (var other : List.of(tokens.admin(), tokens.person("operator", tenant))) {
        assertEquals(401, Api.as(other).post(path, Map.of()).statusCode());
      }
      assertProblem(Api.as(null).post(path, Map.of()), 401, "not-authenticated");
      assertProblem(Api.as(tokens.service()).post(path, Map.of()), 422, "invalid-content");
    }
  }

  @Test
  void noDeviceIsCalledProvision() {
    var created = admin.post(Api.devices(tenant), Map.of("id", "provision"));
    assertProblem(created, 400, "malformed-request");
    assertEquals(400, admin.get(Api.devices(tenant) + "/provision").statusCode());
  }

  private Response claim(int uses) {
    var made =
        admin.post(
            claims(),
            Map.of("maxUses", uses, "notAfter", Instant.now().plusSeconds(3600).toString()));
    made.then().statusCode(201);
    return made;
  }

  private static UUID id(Response claim) {
    return UUID.fromString(claim.path("id"));
  }

  private String claims() {
    return "/api/v1/tenants/" + tenant + "/claim-tokens";
  }

  private ClaimAnswer verify(String of, String token) {
    return read(
        service(VERIFY, new ClaimRequest(new TenantId(of), token, "192.0.2.7")), ClaimAnswer.class);
  }

  private ProvisionReply relay(String of, UUID claim, Map<String, Object> body) {
    return relay(of, claim, json(body));
  }

  private ProvisionReply relay(String of, UUID claim, byte[] payload) {
    var request = new ProvisionRequest(new TenantId(of), claim, "192.0.2.7", payload);
    return read(service(RELAY, request), ProvisionReply.class);
  }

  private Response service(String path, Object body) {
    var answer =
        Api.as(tokens.service())
            .request()
            .contentType(ContentType.JSON)
            .body(json(body))
            .post(path);
    answer.then().statusCode(200);
    return answer;
  }

  private static JsonNode told(ProvisionReply reply) {
    try {
      return ContractJson.mapper().readTree(reply.payload());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T read(Response answer, Class<T> type) {
    try {
      return ContractJson.mapper().readValue(answer.asByteArray(), type);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] json(Object value) {
    try {
      return ContractJson.mapper().writeValueAsBytes(value);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
