package io.muster.registry.verification;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyAnswer.Denied;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.contract.registry.VerifyRequest;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.DeviceKeys;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class VerificationIT {
  private static final String VERIFY = "/internal/v1/credentials/verify";

  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;
  private String device;
  private DeviceAddress address;

  @BeforeEach
  void makeADevice() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    device = admin.device(tenant, "one");
    address = DeviceAddress.of(tenant, "one");
  }

  @Test
  void aRightSecretIsAllowedWithTheTenantsLimits() {
    admin.patch("/api/v1/tenants/" + tenant, Map.of("limits", Map.of("messagesPerSecond", 7)));
    var created = admin.secret(device);
    var allowed = (Allowed) secret(created.path("secret"));
    assertEquals(address, allowed.device());
    assertEquals(UUID.fromString(created.path("id")), allowed.credential());
    assertEquals(null, allowed.validUntil());
    assertEquals(new DeviceLimits(7, 262_144), allowed.limits());
    assertEquals(allowed, secret(created.path("secret")));
  }

  @Test
  void severalSecretsHoldAtATime() {
    var one = admin.secret(device).<String>path("secret");
    var two = admin.secret(device);
    assertTrue(secret(one) instanceof Allowed);
    assertTrue(secret(two.path("secret")) instanceof Allowed);
    admin.delete(device + "/credentials/" + two.path("id")).then().statusCode(204);
    assertDenied(Reason.WRONG_SECRET, secret(two.path("secret")));
    assertTrue(secret(one) instanceof Allowed);
  }

  @Test
  void eachReasonOfASecretIsTold() throws SQLException {
    assertDenied(Reason.NO_SUCH_CREDENTIAL, secret("x"));
    var created = admin.secret(device);
    var good = created.<String>path("secret");
    assertDenied(Reason.WRONG_SECRET, secret("x"));
    assertDenied(Reason.WRONG_SECRET, secret(""));
    assertDenied(Reason.WRONG_SECRET, secret(good + " "));
    assertDenied(Reason.WRONG_SECRET, secret(good.toLowerCase(java.util.Locale.ROOT)));
    assertDenied(
        Reason.UNKNOWN_DEVICE,
        verify(DeviceAddress.of(tenant, "two"), new CredentialProof.Secret(good)));
    assertDenied(
        Reason.UNKNOWN_DEVICE,
        verify(DeviceAddress.of(Api.freshTenant(), "one"), new CredentialProof.Secret(good)));
    assertDenied(Reason.UNKNOWN_DEVICE, verify(null, new CredentialProof.Secret(good)));
    assertDenied(
        Reason.CERTIFICATE_UNKNOWN, verify(null, new CredentialProof.Certificate(List.of("AAAA"))));
    admin.patch(device, Map.of("enabled", false));
    assertDenied(Reason.DEVICE_DISABLED, secret(good));
    // A stranger is not told that there is such a device.
    assertDenied(Reason.WRONG_SECRET, secret("x"));
    admin.patch(device, Map.of("enabled", true));
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true));
    assertDenied(Reason.TENANT_SUSPENDED, secret(good));
    assertDenied(Reason.WRONG_SECRET, secret("x"));
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", false));
    assertTrue(secret(good) instanceof Allowed);
    admin.delete(device);
    assertDenied(Reason.UNKNOWN_DEVICE, secret(good));
  }

  @Test
  void aCredentialHoldsInItsPeriodOnly() throws SQLException {
    var end = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    var created =
        admin.post(device + "/credentials", Map.of("kind", "secret", "notAfter", end.toString()));
    var good = created.<String>path("secret");
    assertEquals(end, ((Allowed) secret(good)).validUntil());
    change("not_after = now()", created.path("id"));
    assertDenied(Reason.CREDENTIAL_EXPIRED, secret(good));
    change("not_after = null, not_before = now() + interval '1 hour'", created.path("id"));
    assertDenied(Reason.CREDENTIAL_NOT_YET_VALID, secret(good));
  }

  @Test
  void twoDevicesOfOneNameInTwoTenantsAreTwo() {
    var other = admin.tenant();
    var theirDevice = admin.device(other, "one");
    var mine = admin.secret(device).<String>path("secret");
    var theirs = admin.secret(theirDevice).<String>path("secret");
    assertTrue(secret(mine) instanceof Allowed);
    assertDenied(Reason.WRONG_SECRET, secret(theirs));
    assertDenied(
        Reason.WRONG_SECRET,
        verify(DeviceAddress.of(other, "one"), new CredentialProof.Secret(mine)));
  }

  @Test
  void aTokenOfEachAlgorithmIsAllowedUntilItEnds() {
    for (var algorithm : List.of("ES256", "EdDSA", "RS256")) {
      var pair = DeviceKeys.of(algorithm);
      var id = register(algorithm, DeviceKeys.pem(pair.getPublic()));
      var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      for (var subject : List.of("one", "one@" + tenant)) {
        var claims = DeviceKeys.claims(subject, now);
        var allowed = (Allowed) token(DeviceKeys.sign(pair, algorithm, claims));
        assertEquals(UUID.fromString(id), allowed.credential());
        assertEquals(now.plusSeconds(600 + 60), allowed.validUntil(), "its end and the skew");
      }
    }
  }

  @Test
  void aTokenWithTheWrongKeyOrSubjectIsDenied() {
    var pair = DeviceKeys.p256();
    var now = Instant.now();
    var good = DeviceKeys.sign(pair, "ES256", DeviceKeys.claims("one", now));
    assertDenied(Reason.NO_SUCH_CREDENTIAL, token(good));
    register("ES256", DeviceKeys.pem(pair.getPublic()));
    assertTrue(token(good) instanceof Allowed);
    assertDenied(
        Reason.TOKEN_SIGNATURE,
        token(DeviceKeys.sign(DeviceKeys.p256(), "ES256", DeviceKeys.claims("one", now))));
    assertDenied(
        Reason.TOKEN_SUBJECT, token(DeviceKeys.sign(pair, "ES256", DeviceKeys.claims("two", now))));
    assertDenied(
        Reason.TOKEN_SUBJECT,
        token(DeviceKeys.sign(pair, "ES256", DeviceKeys.claims("one@other", now))));
    assertDenied(Reason.NO_SUCH_CREDENTIAL, secret(good));
  }

  @Test
  void aPersonsTokenIsNoDevicesToken() {
    register("ES256", DeviceKeys.pem(DeviceKeys.p256().getPublic()));
    assertDenied(Reason.TOKEN_SIGNATURE, token(tokens.admin()));
    assertDenied(Reason.TOKEN_ALGORITHM, token(tokens.unsigned()));
  }

  @Test
  void anAnswerHasTheFormOfTheContract() {
    var created = admin.secret(device);
    Api.as(tokens.service())
        .post(VERIFY, body(new CredentialProof.Secret(created.path("secret"))))
        .then()
        .statusCode(200)
        .body("decision", equalTo("allow"))
        .body("device.tenant", equalTo(tenant))
        .body("device.device", equalTo("one"))
        .body("limits.payloadBytes", equalTo(262_144))
        .body("validUntil", nullValue());
    Api.as(tokens.service())
        .post(VERIFY, body(new CredentialProof.Secret("x")))
        .then()
        .statusCode(200)
        .body("decision", equalTo("deny"))
        .body("reason", equalTo("WRONG_SECRET"));
  }

  @Test
  void aMalformedQuestionIsNoAnswer() {
    var service = Api.as(tokens.service());
    assertProblem(service.post(VERIFY, Map.of()), 422, "invalid-content")
        .body("errors.pointer", contains("/proof"));
    assertProblem(
        service.post(VERIFY, Map.of("proof", Map.of("kind", "smile"))), 400, "malformed-request");
    assertProblem(
        service.post(
            VERIFY,
            Map.of(
                "device",
                Map.of("tenant", "UPPER", "device", "one"),
                "proof",
                Map.of("kind", "secret", "secret", "x"))),
        400,
        "malformed-request");
  }

  @Test
  void answersAreCounted() {
    secret("x");
    var metrics = io.restassured.RestAssured.given().get("/q/metrics").asString();
    assertTrue(
        metrics.contains(
            "muster_registry_verifications_total{decision=\"deny\",reason=\"no-such-credential\"}"),
        metrics);
  }

  private String register(String algorithm, String pem) {
    var created =
        admin.post(
            device + "/credentials",
            Map.of("kind", "jwt-key", "algorithm", algorithm, "publicKey", pem));
    created.then().statusCode(201);
    return created.path("id");
  }

  private VerifyAnswer secret(String secret) {
    return verify(address, new CredentialProof.Secret(secret));
  }

  private VerifyAnswer token(String jwt) {
    return verify(address, new CredentialProof.Token(jwt));
  }

  private String body(CredentialProof proof) {
    return json(new VerifyRequest(address, proof, "192.0.2.7:1234"));
  }

  private VerifyAnswer verify(DeviceAddress who, CredentialProof proof) {
    var answer =
        Api.as(tokens.service())
            .post(VERIFY, json(new VerifyRequest(who, proof, "192.0.2.7:1234")));
    answer.then().statusCode(200);
    try {
      return ContractJson.mapper().readValue(answer.asString(), VerifyAnswer.class);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String json(Object value) {
    try {
      return ContractJson.mapper().writeValueAsString(value);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void change(String assignment, String credential) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      assertEquals(
          1,
          statement.executeUpdate(
              "UPDATE registry.credential SET %s WHERE id = '%s'"
                  .formatted(assignment, credential)));
    }
  }

  private static void assertDenied(Reason reason, VerifyAnswer answer) {
    assertEquals(new Denied(reason), answer);
  }
}
