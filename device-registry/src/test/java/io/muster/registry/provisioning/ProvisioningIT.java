package io.muster.registry.provisioning;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyAnswer.Denied;
import io.muster.contract.registry.VerifyRequest;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.DeviceKeys;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.SigningRequests;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class ProvisioningIT {
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
  void aDeviceGetsAnIdentityAndCanConnect() {
    var newcomer = Newcomer.of(tenant, "AB-1");
    var answer = newcomer.ask(claim(1));
    answer.then().statusCode(200).header("Cache-Control", equalTo("no-store"));
    assertEquals("serial-AB-1", answer.path("device"));
    assertEquals("serial-AB-1@" + tenant, answer.path("userName"));
    var address = DeviceAddress.of(tenant, "serial-AB-1");
    assertInstanceOf(Allowed.class, verify(address, answer.path("token.token")));
    var own = assertInstanceOf(Allowed.class, verify(address, newcomer.token()));
    assertEquals(answer.<String>path("credential"), own.credential().toString());
    admin
        .get("/api/v1/tenants/" + tenant + "/audit?subject=devices/serial-AB-1")
        .then()
        .body("items.action", hasItem("device-provisioned"))
        .body("items[0].actor", org.hamcrest.Matchers.startsWith("claim-token:"));
  }

  @Test
  void aTenantThatIsFullTakesNobodyAndNoUseOfTheClaimToken() {
    var path = "/api/v1/tenants/" + tenant;
    admin.device(tenant, "first");
    admin.patch(path, Map.of("limits", Map.of("devices", 1))).then().statusCode(200);
    var claim = claimView(1);
    var newcomer = Newcomer.of(tenant, "one");
    assertProblem(newcomer.ask(claim.path("token")), 429, "limit-reached");
    claimOf(claim.path("id")).body("uses", equalTo(0));
    admin.patch(path, Map.of("limits", Map.of("devices", 2))).then().statusCode(200);
    newcomer.ask(claim.path("token")).then().statusCode(200);
  }

  @Test
  void theSameKeyAskingAgainIsTheSameDeviceAndUsesNothingUp() {
    var claim = claimView(1);
    var newcomer = Newcomer.of(tenant, "one");
    var first = newcomer.ask(claim.path("token"));
    first.then().statusCode(200);
    var again = newcomer.ask(claim.path("token"));
    again.then().statusCode(200);
    assertEquals(first.<String>path("device"), again.path("device"));
    assertEquals(first.<String>path("credential"), again.path("credential"));
    claimOf(claim.path("id")).body("uses", equalTo(1)).body("state", equalTo("used-up"));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(1));
    // With another claim token as well.
    newcomer.ask(claim(1)).then().statusCode(200);
  }

  @Test
  void manyRequestsOfOneDeviceAtOnceMakeOneDeviceAndOneUse() {
    var claim = claimView(5);
    var newcomer = Newcomer.of(tenant, "one");
    var answers =
        IntStream.range(0, 8)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> newcomer.ask(claim.path("token"))))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    for (var answer : answers) {
      answer.then().statusCode(200);
    }
    assertEquals(1, answers.stream().map(it -> it.<String>path("credential")).distinct().count());
    claimOf(claim.path("id")).body("uses", equalTo(1));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(1));
  }

  @Test
  void manyDevicesAtOnceGetAsManyIdentitiesAsTheTokenAllows() {
    var claim = claimView(3);
    var statuses =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> Newcomer.of(tenant, "d" + i).ask(claim.path("token")).statusCode()))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .sorted()
            .toList();
    assertEquals(List.of(200, 200, 200, 429, 429, 429, 429, 429), statuses);
    admin.get(Api.devices(tenant)).then().body("items", hasSize(3));
    claimOf(claim.path("id")).body("uses", equalTo(3));
  }

  @Test
  void aThiefWithAnotherKeyWaitsForAnOperatorAndTheDeviceGoesOn() {
    var claim = claim(5);
    var device = Newcomer.of(tenant, "one");
    device.ask(claim).then().statusCode(200);
    var thief = Newcomer.of(tenant, "one");
    assertProblem(thief.ask(claim), 409, "provisioning-approval-needed");
    assertProblem(thief.ask(claim), 409, "provisioning-approval-needed");
    var waiting = admin.get(requests());
    waiting.then().body("items", hasSize(1)).body("items[0].state", equalTo("pending"));
    assertEquals("serial-one", waiting.path("items[0].hardware"));
    var address = DeviceAddress.of(tenant, "serial-one");
    assertInstanceOf(Denied.class, verify(address, thief.token()));
    assertInstanceOf(Allowed.class, verify(address, device.token()));
    var request = requests() + "/" + waiting.<String>path("items[0].id");
    admin.post(request + "/refuse", Map.of()).then().statusCode(204);
    assertProblem(thief.ask(claim), 409, "provisioning-approval-needed");
    admin.get(requests()).then().body("items.state", contains("refused"));
    assertInstanceOf(Denied.class, verify(address, thief.token()));
    device.ask(claim).then().statusCode(200);
    admin.delete(request).then().statusCode(204);
    assertEquals(
        List.of("provisioning-request-deleted", "provisioning-refused"),
        admin.audited(tenant, "subject=" + request.substring(request.indexOf("provisioning-"))));
  }

  @Test
  void anOperatorApprovesANewKeyAndTheOldOneEnds() {
    var claim = claim(5);
    var before = Newcomer.of(tenant, "one");
    var first = before.ask(claim);
    var repaired = Newcomer.of(tenant, "one");
    assertProblem(repaired.ask(claim), 409, "provisioning-approval-needed");
    var request = admin.get(requests()).<String>path("items[0].id");
    admin.post(requests() + "/" + request + "/approve", Map.of()).then().statusCode(204);
    assertEquals("provisioning-approved", admin.audited(tenant, "actor=ada").getFirst());
    var second = repaired.ask(claim);
    second.then().statusCode(200);
    assertEquals("serial-one", second.path("device"));
    assertNotEquals(first.<String>path("credential"), second.path("credential"));
    var address = DeviceAddress.of(tenant, "serial-one");
    assertInstanceOf(Denied.class, verify(address, before.token()));
    assertInstanceOf(Denied.class, verify(address, first.path("token.token")));
    assertInstanceOf(Allowed.class, verify(address, repaired.token()));
    assertEquals(1, Rows.revocationsOf(postgres, first.path("credential")));
    admin.get(requests()).then().body("items", hasSize(0));
    assertProblem(before.ask(claim), 409, "provisioning-approval-needed");
  }

  @Test
  void hardwareWhoseDeviceSomebodyMadeBeforeWaitsForAnOperator() {
    admin.device(tenant, "serial-one");
    var newcomer = Newcomer.of(tenant, "one");
    var claim = claimView(1);
    assertProblem(newcomer.ask(claim.path("token")), 409, "provisioning-approval-needed");
    var request = admin.get(requests()).<String>path("items[0].id");
    admin.post(requests() + "/" + request + "/approve", Map.of()).then().statusCode(204);
    newcomer.ask(claim.path("token")).then().statusCode(200);
    claimOf(claim.path("id")).body("uses", equalTo(0));
  }

  @Test
  void aKeyThatWasRevokedDoesNotComeBackByItself() {
    var newcomer = Newcomer.of(tenant, "one");
    var claim = claim(5);
    var credential = newcomer.ask(claim).<String>path("credential");
    admin
        .delete(Api.devices(tenant) + "/serial-one/credentials/" + credential)
        .then()
        .statusCode(204);
    assertProblem(newcomer.ask(claim), 409, "provisioning-approval-needed");
    assertInstanceOf(
        Denied.class, verify(DeviceAddress.of(tenant, "serial-one"), newcomer.token()));
  }

  @Test
  void aDisabledDeviceIsNotProvisionedAgainAndADeletedOneIsNew() {
    var newcomer = Newcomer.of(tenant, "one");
    var claim = claim(5);
    newcomer.ask(claim).then().statusCode(200);
    var device = Api.devices(tenant) + "/serial-one";
    admin.patch(device, Map.of("enabled", false)).then().statusCode(200);
    assertProblem(newcomer.ask(claim), 403, "forbidden");
    admin.delete(device).then().statusCode(204);
    newcomer.ask(claim).then().statusCode(200);
  }

  @Test
  void aProofIsOfTheKeyTheHardwareTheTenantAndTheTime() {
    var claim = claimView(1);
    var newcomer = Newcomer.of(tenant, "one");
    var past = NumericDate.fromSeconds(Instant.now().getEpochSecond() - 120);
    for (var proof :
        List.of(
            "x",
            Newcomer.of(tenant, "one").proof(_ -> {}),
            newcomer.proof(it -> it.setAudience("muster-mqtt")),
            newcomer.proof(it -> it.setSubject("serial-two@" + tenant)),
            newcomer.proof(it -> it.setSubject("serial-one@" + tenant + "x")),
            newcomer.proof(it -> it.setExpirationTime(past)),
            newcomer.proof(it -> it.setExpirationTimeMinutesInTheFuture(60)),
            newcomer.proof(it -> it.unsetClaim("exp")))) {
      assertProblem(newcomer.ask(claim.path("token"), newcomer.body(proof)), 422, "invalid-content")
          .body("errors[0].pointer", equalTo("/proof"));
    }
    claimOf(claim.path("id")).body("uses", equalTo(0));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(0));
  }

  @Test
  void whatIsMissingOrWrongIsSaid() {
    var claim = claim(1);
    var newcomer = Newcomer.of(tenant, "one");
    for (var member : List.of("hardware", "publicKey", "algorithm", "proof")) {
      var body = new HashMap<>(newcomer.body());
      body.remove(member);
      assertProblem(newcomer.ask(claim, body), 422, "invalid-content")
          .body("errors[0].pointer", equalTo("/" + member));
    }
    var body = new HashMap<>(newcomer.body());
    body.put("hardware", Map.of("kind", "mac", "value", "00:11"));
    assertProblem(newcomer.ask(claim, body), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/hardware/value"));
    body.put("hardware", Map.of("kind", "tag", "value", "00:11"));
    assertProblem(newcomer.ask(claim, body), 400, "malformed-request");
  }

  @Test
  void aClaimTokenThatDoesNotHoldOpensNothing() {
    var newcomer = Newcomer.of(tenant, "one");
    var revoked = claimView(1);
    admin.delete(claims() + "/" + revoked.path("id")).then().statusCode(204);
    claimOf(revoked.path("id")).body("state", equalTo("revoked"));
    assertEquals(
        List.of("claim-token-revoked", "claim-token-created"),
        admin.audited(tenant, "subject=claim-tokens/" + revoked.path("id")));
    var other = Api.as(tokens.admin()).tenant();
    var foreign = admin.post("/api/v1/tenants/" + other + "/claim-tokens", claimBody(1));
    for (var token : List.of(revoked.<String>path("token"), foreign.path("token"), "", "x")) {
      assertProblem(newcomer.ask(token), 401, "not-authenticated")
          .header("WWW-Authenticate", startsWith("Basic"));
    }
    assertProblem(Newcomer.of(Api.freshTenant(), "one").ask(claim(1)), 401, "not-authenticated");
    assertProblem(newcomer.ask(expired(claimView(1))), 401, "not-authenticated");
    var holds = claim(1);
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true));
    assertProblem(newcomer.ask(holds), 401, "not-authenticated");
  }

  @Test
  void aClaimTokenIsShownOnceAndKeptAsAHash() {
    var made = claimView(1);
    var token = made.<String>path("token");
    assertEquals(43, token.length());
    claimOf(made.path("id")).body("token", nullValue());
    assertFalse(admin.get(claims()).asString().contains(token));
    assertFalse(admin.get("/api/v1/tenants/" + tenant + "/audit").asString().contains(token));
    assertEquals(
        0,
        Rows.count(
            postgres,
            "SELECT count(*) FROM registry.claim_token t WHERE t::text LIKE '%" + token + "%'"));
  }

  @Test
  void withARequestADeviceGetsACertificateAsWellAndTheProofIsWantedAllTheSame() {
    var claim = claim(1);
    var newcomer = Newcomer.of(tenant, "one");
    var body = newcomer.body();
    body.keySet().removeAll(List.of("publicKey", "algorithm"));
    body.put("csr", SigningRequests.of(newcomer.keys(), "SHA256withECDSA"));
    var proof = body.remove("proof");
    assertProblem(newcomer.ask(claim, body), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/proof"));
    body.put("proof", proof);
    var answer = newcomer.ask(claim, body);
    answer.then().statusCode(200);
    assertTrue(answer.<String>path("certificate.certificate").contains("BEGIN CERTIFICATE"));
    admin
        .get(Api.devices(tenant) + "/serial-one/credentials")
        .then()
        .body("items.kind", contains("jwt-key", "certificate"));
    body.put("csr", SigningRequests.of(DeviceKeys.p256(), "SHA256withECDSA"));
    assertProblem(newcomer.ask(claim, body), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/proof"));
    body.put("algorithm", "ES256");
    assertProblem(newcomer.ask(claim, body), 422, "invalid-content")
        .body("errors[0].pointer", equalTo("/csr"));
  }

  @Test
  void aCopiedKeyThatWasApprovedAwayTakesItsCertificatesWithIt() {
    var claim = claim(5);
    var before = Newcomer.of(tenant, "one");
    var body = before.body();
    body.keySet().removeAll(List.of("publicKey", "algorithm"));
    body.put("csr", SigningRequests.of(before.keys(), "SHA256withECDSA"));
    var certificate = before.ask(claim, body).<String>path("certificate.credential");
    Newcomer.of(tenant, "one").ask(claim).then().statusCode(409);
    var request = admin.get(requests()).<String>path("items[0].id");
    admin.post(requests() + "/" + request + "/approve", Map.of()).then().statusCode(204);
    assertEquals(1, Rows.revocationsOf(postgres, certificate));
    admin
        .get(Api.devices(tenant) + "/serial-one/credentials")
        .then()
        .body("items.kind", contains("jwt-key"));
  }

  @Test
  void newDevicesGetWhatTheTokenSays() {
    admin.post("/api/v1/tenants/" + tenant + "/device-types", Map.of("id", "lamp"));
    admin.post("/api/v1/tenants/" + tenant + "/groups", Map.of("id", "hall"));
    var body = new HashMap<>(claimBody(1));
    body.putAll(Map.of("type", "lamp", "group", "hall", "tags", List.of("new")));
    var made = admin.post(claims(), body);
    made.then().statusCode(201);
    Newcomer.of(tenant, "one").ask(made.path("token")).then().statusCode(200);
    admin
        .get(Api.devices(tenant) + "/serial-one")
        .then()
        .body("type", equalTo("lamp"))
        .body("tags", contains("new"));
    admin
        .get(Api.devices(tenant) + "?filter=group==hall")
        .then()
        .body("items.id", contains("serial-one"));
  }

  @Test
  void aClaimTokenNamesWhatIsThereAndHoldsForABoundedTime() {
    for (var wrong :
        List.of(
            Map.of("notAfter", "2020-01-01T00:00:00Z"),
            Map.of("notAfter", "2099-01-01T00:00:00Z"),
            Map.of("maxUses", 0),
            Map.of("maxUses", 1_000_001),
            Map.of("type", "none"),
            Map.of("group", "none"),
            Map.of("tags", List.of("a b")))) {
      var body = new HashMap<>(claimBody(1));
      body.putAll(wrong);
      assertProblem(admin.post(claims(), body), 422, "invalid-content");
    }
    assertProblem(admin.post(claims(), Map.of()), 422, "invalid-content");
  }

  @Test
  void strangersSeeAndDecideNothing() {
    var claim = claimView(1);
    var viewer = Api.as(tokens.person("viewer", tenant));
    var stranger = Api.as(tokens.person("admin", admin.tenant()));
    assertProblem(viewer.post(claims(), claimBody(1)), 403, "forbidden");
    assertProblem(viewer.delete(claims() + "/" + claim.path("id")), 403, "forbidden");
    for (var answer :
        List.of(
            stranger.get(claims()),
            stranger.post(claims(), claimBody(1)),
            stranger.delete(claims() + "/" + claim.path("id")),
            stranger.get(requests()),
            stranger.post(requests() + "/" + UUID.randomUUID() + "/approve", Map.of()))) {
      assertProblem(answer, 403, "forbidden");
    }
    var other = "/api/v1/tenants/" + admin.tenant();
    assertProblem(admin.delete(other + "/claim-tokens/" + claim.path("id")), 404, "not-found");
    Newcomer.of(tenant, "one").ask(claim.path("token")).then().statusCode(200);
    Newcomer.of(tenant, "one").ask(claim.path("token"));
    var request = admin.get(requests()).<String>path("items[0].id");
    assertProblem(
        admin.post(other + "/provisioning-requests/" + request + "/approve", Map.of()),
        404,
        "not-found");
    assertTrue(admin.get(requests()).asString().contains(request));
  }

  private String claim(int uses) {
    return claimView(uses).path("token");
  }

  private Response claimView(int uses) {
    var made = admin.post(claims(), claimBody(uses));
    made.then().statusCode(201);
    return made;
  }

  private static Map<String, Object> claimBody(int uses) {
    return Map.of("maxUses", uses, "notAfter", Instant.now().plusSeconds(3600).toString());
  }

  private io.restassured.response.ValidatableResponse claimOf(String id) {
    return admin.get(claims() + "/" + id).then().statusCode(200);
  }

  private String claims() {
    return "/api/v1/tenants/" + tenant + "/claim-tokens";
  }

  private String requests() {
    return "/api/v1/tenants/" + tenant + "/provisioning-requests";
  }

  /** Nobody waits an hour for it. */
  private String expired(Response claim) {
    Rows.count(
        postgres,
        "WITH over AS (UPDATE registry.claim_token SET not_after = now() WHERE id = '"
            + claim.path("id")
            + "' RETURNING 1) SELECT count(*) FROM over");
    return claim.path("token");
  }

  private VerifyAnswer verify(DeviceAddress claimed, String jwt) {
    var proof = new CredentialProof.Token(jwt);
    return Api.as(tokens.service()).verify(new VerifyRequest(claimed, proof, "127.0.0.1"));
  }
}
