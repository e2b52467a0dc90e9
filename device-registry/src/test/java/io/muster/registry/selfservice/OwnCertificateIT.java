package io.muster.registry.selfservice;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.DeviceKeys;
import io.muster.registry.RegistryTest;
import io.muster.registry.SigningRequests;
import io.muster.registry.TestAuthority;
import io.muster.registry.Tokens;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class OwnCertificateIT {
  Tokens tokens;
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
  void aDeviceWithASecretGetsACertificateAndIsLetInWithIt() {
    var answer = ask(admin.secret(device).path("secret"), csr(DeviceKeys.p256()));
    answer.then().statusCode(200).header("Cache-Control", equalTo("no-store"));
    var made = certificate(answer.path("certificate"));
    var allowed = assertInstanceOf(Allowed.class, verify(made));
    assertEquals(address, allowed.device());
    assertEquals(answer.<String>path("credential"), allowed.credential().toString());
    assertEquals(Instant.parse(answer.path("notAfter")), allowed.validUntil());
    admin
        .get("/api/v1/tenants/" + tenant + "/audit?subject=devices/one")
        .then()
        .body("items[0].action", equalTo("certificate-issued"))
        .body("items[0].actor", equalTo("one@" + tenant));
  }

  @Test
  void aCertificateIsRenewedWithItsOwnKeyAndBothHoldMeanwhile() {
    var keys = DeviceKeys.p256();
    var first = ask(admin.secret(device).path("secret"), csr(keys));
    var old = certificate(first.path("certificate"));
    var next = DeviceKeys.ed25519();
    var second = ask(signed(keys, _ -> {}, old), SigningRequests.of(next, "Ed25519"));
    second.then().statusCode(200);
    assertInstanceOf(Allowed.class, verify(old));
    assertInstanceOf(Allowed.class, verify(certificate(second.path("certificate"))));
  }

  @Test
  void aCertificateOfATenantsAuthorityIsRenewedAsWell() {
    var factory = TestAuthority.root("factory of " + tenant);
    admin.activate(tenant, factory);
    var keys = DeviceKeys.p256();
    var own = factory.device("one", keys.getPublic());
    ask(signed(keys, _ -> {}, own), csr(DeviceKeys.p256())).then().statusCode(200);
  }

  @Test
  void whoDoesNotHoldTheCertificatesKeyGetsNothing() {
    var keys = DeviceKeys.p256();
    var own = certificate(ask(admin.secret(device).path("secret"), csr(keys)).path("certificate"));
    var unknown = DeviceCertificates.of(keys).make();
    for (var wrong :
        List.of(
            signed(DeviceKeys.p256(), _ -> {}, own),
            signed(keys, it -> it.setAudience("muster-mqtt"), own),
            signed(keys, it -> it.setSubject("two@" + tenant), own),
            signed(keys, it -> it.setExpirationTimeMinutesInTheFuture(60), own),
            signed(keys, it -> it.setExpirationTimeMinutesInTheFuture(-5), own),
            signed(keys, _ -> {}, unknown))) {
      assertProblem(ask(wrong, csr(DeviceKeys.p256())), 401, "not-authenticated");
    }
  }

  @Test
  void whatIsNoRequestIsSaid() {
    var secret = admin.secret(device).<String>path("secret");
    var foreign =
        SigningRequests.of(DeviceKeys.p256().getPublic(), DeviceKeys.p256(), "SHA256withECDSA");
    for (var csr : List.of("", "x", foreign)) {
      assertProblem(ask(secret, csr), 422, "invalid-content")
          .body("errors[0].pointer", equalTo("/csr"));
    }
  }

  @Test
  void answersThatWereLostDoNotFillTheDevice() {
    var secret = admin.secret(device).<String>path("secret");
    Response last = null;
    for (int i = 0; i < 12; i++) {
      last = ask(secret, csr(DeviceKeys.p256()));
      last.then().statusCode(200);
    }
    assertInstanceOf(Allowed.class, verify(certificate(last.path("certificate"))));
    admin.get(device + "/credentials").then().body("items", hasSize(10));
  }

  @Test
  void aDeviceThatAsksAgainAndAgainIsRefused() {
    var secret = admin.secret(device).<String>path("secret");
    var request = csr(DeviceKeys.p256());
    // Twenty in a minute, and a minute may end meanwhile.
    var refused =
        IntStream.rangeClosed(0, 40)
            .mapToObj(_ -> ask(secret, request))
            .filter(it -> it.statusCode() != 200)
            .findFirst();
    assertProblem(refused.orElseThrow(), 429, "limit-reached");
    var other = admin.device(tenant, "two");
    ask("two", admin.secret(other).path("secret"), request).then().statusCode(200);
  }

  @Test
  void aRevokedCertificateIsNone() {
    var answer = ask(admin.secret(device).path("secret"), csr(DeviceKeys.p256()));
    admin.delete(device + "/credentials/" + answer.path("credential")).then().statusCode(204);
    assertTrue(verify(certificate(answer.path("certificate"))) instanceof VerifyAnswer.Denied);
  }

  @Test
  void whoeverReplacesTheAuthoritysFilesReplacesTheAuthority() throws Exception {
    var secret = admin.secret(device).<String>path("secret");
    var before = ask(secret, csr(DeviceKeys.p256()));
    var next = TestAuthority.root("next installation");
    var answer = with(next, next, () -> ask(secret, csr(DeviceKeys.p256())));
    answer.then().statusCode(200);
    assertEquals(next.certificate(), certificate(answer.path("issuer")));
    var made = certificate(answer.path("certificate"));
    made.verify(next.certificate().getPublicKey());
    assertInstanceOf(Allowed.class, verify(made));
    // What the one before has made goes on, also while it is not there.
    var old = certificate(before.path("certificate"));
    assertThrows(SignatureException.class, () -> old.verify(next.certificate().getPublicKey()));
    assertInstanceOf(Allowed.class, with(next, next, () -> verify(old)));
  }

  @Test
  void halfARenewalOfTheAuthorityIssuesNothingUntilItIsWhole() throws Exception {
    var secret = admin.secret(device).<String>path("secret");
    var next = TestAuthority.root("next installation");
    var request = csr(DeviceKeys.p256());
    var refused = with(next, TestAuthority.root("another"), () -> ask(secret, request));
    assertProblem(refused, 503, "unavailable").header("Retry-After", notNullValue());
    admin.get(device + "/credentials").then().body("items", hasSize(1));
    ask(secret, request).then().statusCode(200);
  }

  /** Does something while the service has other files, as when somebody mounts others. */
  private static <T> T with(TestAuthority certificate, TestAuthority key, Supplier<T> what)
      throws IOException {
    var certificateFile = issuing("certificate-file");
    var keyFile = issuing("key-file");
    var certificateBefore = Files.readString(certificateFile);
    var keyBefore = Files.readString(keyFile);
    try {
      Files.writeString(certificateFile, DeviceCertificates.pem(certificate.certificate()));
      Files.writeString(keyFile, key.keyPem());
      return what.get();
    } finally {
      Files.writeString(certificateFile, certificateBefore);
      Files.writeString(keyFile, keyBefore);
    }
  }

  private static Path issuing(String file) {
    var setting = "muster.registry.issuing." + file;
    return Path.of(ConfigProvider.getConfig().getValue(setting, String.class));
  }

  private static String csr(KeyPair keys) {
    return SigningRequests.of(keys, "SHA256withECDSA");
  }

  private Response ask(String password, String csr) {
    return ask("one", password, csr);
  }

  private Response ask(String id, String password, String csr) {
    return Api.as(null)
        .request()
        .auth()
        .preemptive()
        .basic(id + "@" + tenant, password)
        .contentType(ContentType.JSON)
        .body(Map.of("csr", csr))
        .post("/api/v1/device/certificate");
  }

  private String signed(KeyPair keys, Consumer<JwtClaims> change, X509Certificate... chain) {
    var claims = DeviceKeys.claims("one@" + tenant, Instant.now());
    claims.setAudience("muster-registry");
    claims.setExpirationTimeMinutesInTheFuture(5);
    change.accept(claims);
    try {
      var jws = new JsonWebSignature();
      jws.setPayload(claims.toJson());
      jws.setKey(keys.getPrivate());
      jws.setAlgorithmHeaderValue("ES256");
      jws.getHeaders()
          .setObjectHeaderValue(
              "x5c", Arrays.stream(chain).map(DeviceCertificates::base64).toList());
      return jws.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate certificate(String pem) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }

  private VerifyAnswer verify(X509Certificate shown) {
    var proof = new CredentialProof.Certificate(List.of(DeviceCertificates.base64(shown)));
    return Api.as(tokens.service()).verify(new VerifyRequest(null, proof, "127.0.0.1"));
  }
}
