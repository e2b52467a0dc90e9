package io.muster.registry.credentials;

import static io.muster.registry.DeviceCertificates.base64;
import static io.muster.registry.DeviceCertificates.fingerprint;
import static io.muster.registry.DeviceCertificates.pem;
import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyAnswer.Denied;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.contract.registry.VerifyRequest;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.DeviceKeys;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Client certificates: registered, shown, asked about, revoked. */
@RegistryTest
class CertificatesIT {
  private static final String VERIFY = "/internal/v1/credentials/verify";
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("2999-01-01T00:00:00Z");

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
  void aCertificateIsShownByWhatIsPublicOfIt() {
    var made = usual().subject("CN=one,O=Acme").make();
    var created = register(device, made, Map.of());
    created
        .then()
        .statusCode(201)
        .body("kind", equalTo("certificate"))
        .body("subject", equalTo("CN=one,O=Acme"))
        .body("fingerprint", equalTo(fingerprint(made)))
        .body("notBefore", equalTo("2026-01-01T00:00:00Z"))
        .body("notAfter", equalTo("2999-01-01T00:00:00Z"))
        .body("secret", nullValue())
        .body("publicKey", nullValue());
    admin
        .get(device + "/credentials")
        .then()
        .body("items.fingerprint", contains(fingerprint(made)))
        .body("items.subject", contains("CN=one,O=Acme"));
    assertFalse(admin.get(device + "/credentials").asString().contains("BEGIN"));
  }

  @Test
  void theAnswerNamesTheDeviceAndEndsWithTheCertificate() {
    var made = usual().make();
    var id = register(device, made, Map.of()).<String>path("id");
    var allowed = (Allowed) verify(null, made);
    assertEquals(address, allowed.device());
    assertEquals(UUID.fromString(id), allowed.credential());
    assertEquals(END, allowed.validUntil());
    assertEquals(allowed, verify(null, made));
    assertEquals(allowed, verify(address, made));
    var firstUsedAt = admin.get(device + "/credentials/" + id).<String>path("firstUsedAt");
    assertEquals(false, firstUsedAt == null);
    assertEquals(
        new Denied(Reason.CERTIFICATE_SUBJECT), verify(DeviceAddress.of(tenant, "two"), made));
  }

  @Test
  void theClientsOwnCertificateDecidesWhateverComesWithIt() {
    var made = usual().make();
    register(device, made, Map.of());
    var other = usual().make();
    var proof = new CredentialProof.Certificate(List.of(base64(made), base64(other)));
    assertEquals(address, ((Allowed) verify(null, proof)).device());
    var turned = new CredentialProof.Certificate(List.of(base64(other), base64(made)));
    assertEquals(new Denied(Reason.CERTIFICATE_UNKNOWN), verify(null, turned));
  }

  @Test
  void severalHoldAtATimeBesideSecretsAndOneThatIsRevokedDoesNot() {
    var one = usual().make();
    var two = usual().make();
    var secret = admin.secret(device).<String>path("secret");
    register(device, one, Map.of());
    var second = register(device, two, Map.of()).<String>path("id");
    assertEquals(address, ((Allowed) verify(null, one)).device());
    assertEquals(address, ((Allowed) verify(null, two)).device());
    assertEquals(address, ((Allowed) verify(address, new CredentialProof.Secret(secret))).device());
    admin.delete(device + "/credentials/" + second).then().statusCode(204);
    assertEquals(new Denied(Reason.CERTIFICATE_UNKNOWN), verify(null, two));
    assertEquals(address, ((Allowed) verify(null, one)).device());
    assertEquals(1, Rows.revocationsOf(postgres, second));
  }

  @Test
  void aCertificateIsRegisteredOnceOnTheWholePlatform() {
    var made = usual().make();
    var id = register(device, made, Map.of()).<String>path("id");
    var other = admin.device(admin.tenant(), "one");
    for (var second : List.of(device, other)) {
      var refused = register(second, made, Map.of());
      assertProblem(refused, 409, "certificate-exists");
      assertFalse(refused.asString().contains(tenant));
    }
    admin.delete(device + "/credentials/" + id).then().statusCode(204);
    register(other, made, Map.of()).then().statusCode(201);
  }

  @Test
  void itsPeriodIsItsOwnNarrowedByTheCredentials() {
    var narrowed =
        Map.<String, Object>of(
            "notBefore", "2026-02-01T00:00:00Z", "notAfter", "2998-01-01T00:00:00Z");
    register(device, usual().make(), narrowed)
        .then()
        .body("notBefore", equalTo("2026-02-01T00:00:00Z"))
        .body("notAfter", equalTo("2998-01-01T00:00:00Z"));
    var wider =
        Map.<String, Object>of(
            "notBefore", "2025-01-01T00:00:00Z", "notAfter", "3999-01-01T00:00:00Z");
    register(device, usual().make(), wider)
        .then()
        .body("notBefore", equalTo("2026-01-01T00:00:00Z"))
        .body("notAfter", equalTo("2999-01-01T00:00:00Z"));
    var later = usual().period(END, END.plusSeconds(60)).make();
    assertWrong("/notAfter", register(device, later, Map.of("notAfter", "2998-01-01T00:00:00Z")));
    assertWrong(
        "/notBefore",
        register(device, usual().make(), Map.of("notBefore", "2999-01-01T00:00:00Z")));
    var expired = usual().period(BEGIN, BEGIN.plusSeconds(60)).make();
    assertWrong("/certificate", register(device, expired, Map.of()))
        .body("errors.detail", contains(containsString("expired at 2026-01-01T00:01:00Z")));
  }

  @Test
  void itHoldsInItsPeriodOnly() throws SQLException {
    var made = usual().make();
    var id = register(device, made, Map.of()).<String>path("id");
    change("not_before = now() + interval '1 hour'", id);
    assertEquals(new Denied(Reason.CREDENTIAL_NOT_YET_VALID), verify(null, made));
    change("not_before = now() - interval '2 hours', not_after = now() - interval '1 s'", id);
    assertEquals(new Denied(Reason.CERTIFICATE_EXPIRED), verify(null, made));
  }

  @Test
  void aDisabledDeviceAndASuspendedTenantAreToldAsSuch() {
    var made = usual().make();
    register(device, made, Map.of());
    admin.patch(device, Map.of("enabled", false));
    assertEquals(new Denied(Reason.DEVICE_DISABLED), verify(null, made));
    admin.patch(device, Map.of("enabled", true));
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true));
    assertEquals(new Denied(Reason.TENANT_SUSPENDED), verify(null, made));
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", false));
    admin.delete(device);
    assertEquals(new Denied(Reason.CERTIFICATE_UNKNOWN), verify(null, made));
  }

  @Test
  void whatIsNoFitCertificateIsRefusedWithAReason() {
    assertWrong("/certificate", admin.post(device + "/credentials", Map.of("kind", "certificate")));
    var weak = DeviceCertificates.of(DeviceKeys.rsa(1024)).period(BEGIN, END).make();
    assertWrong("/certificate", register(device, weak, Map.of()))
        .body("errors.detail", contains(containsString("RSA of 2048 to 4096 bits")));
    assertWrong(
        "/certificate",
        admin.post(
            device + "/credentials",
            Map.of("kind", "certificate", "certificate", "x".repeat(30_000))));
    assertProblem(
            admin.post(device + "/credentials", Map.of("kind", "certificate", "certificate", 7)),
            400,
            "malformed-request")
        .body("errors.pointer", contains("/certificate"));
  }

  @Test
  void aChainBeyondTheBoundsIsMalformed() {
    for (var chain :
        List.of(List.<String>of(), List.of("A", "A", "A", "A", "A"), List.of("A".repeat(30_000)))) {
      assertProblem(
          Api.as(tokens.service())
              .post(VERIFY, Map.of("proof", Map.of("kind", "certificate", "chain", chain))),
          400,
          "malformed-request");
    }
    assertEquals(
        new Denied(Reason.CERTIFICATE_UNKNOWN),
        verify(null, new CredentialProof.Certificate(List.of("%%%"))));
  }

  @Test
  void aRepeatedRequestMakesItAnewBeforeItsFirstUse() {
    var made = usual().make();
    var first = repeatable(made).<String>path("id");
    var second = repeatable(made);
    assertEquals(201, second.statusCode());
    assertEquals(
        List.of(second.<String>path("id")), admin.get(device + "/credentials").path("items.id"));
    assertFalse(second.<String>path("id").equals(first));
    verify(null, made);
    assertProblem(repeatable(made), 409, "idempotency-key-used");
  }

  private static DeviceCertificates usual() {
    return DeviceCertificates.usual().period(BEGIN, END);
  }

  private static Map<String, Object> body(X509Certificate certificate, Map<String, Object> more) {
    var body = new HashMap<>(more);
    body.put("kind", "certificate");
    body.put("certificate", pem(certificate));
    return body;
  }

  private Response register(String path, X509Certificate certificate, Map<String, Object> more) {
    return admin.post(path + "/credentials", body(certificate, more));
  }

  private Response repeatable(X509Certificate certificate) {
    return admin
        .request()
        .header("Idempotency-Key", "key-1")
        .contentType("application/json")
        .body(body(certificate, Map.of()))
        .post(device + "/credentials");
  }

  private static io.restassured.response.ValidatableResponse assertWrong(
      String pointer, Response response) {
    return assertProblem(response, 422, "invalid-content")
        .body("errors.pointer", contains(pointer));
  }

  private VerifyAnswer verify(DeviceAddress claimed, X509Certificate certificate) {
    return verify(claimed, new CredentialProof.Certificate(List.of(base64(certificate))));
  }

  private VerifyAnswer verify(DeviceAddress claimed, CredentialProof proof) {
    return Api.as(tokens.service()).verify(new VerifyRequest(claimed, proof, null));
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
}
