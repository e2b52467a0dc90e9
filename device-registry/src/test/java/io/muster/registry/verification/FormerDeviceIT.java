package io.muster.registry.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

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
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.TestAuthority;
import io.muster.registry.Tokens;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device was deleted; what it had opens nothing, also when there is one of its name again. */
@RegistryTest
class FormerDeviceIT {
  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;

  @BeforeEach
  void makeATenant() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
  }

  @Test
  void anOperatorsTokenIsNotForTheNextDeviceOfThatName() throws SQLException {
    var device = admin.device(tenant, "one");
    var former = admin.post(device + "/token", Map.of()).<String>path("token");
    assertInstanceOf(Allowed.class, token(former));
    admin.delete(device).then().statusCode(204);
    assertEquals(new Denied(Reason.UNKNOWN_DEVICE), token(former));
    admin.device(tenant, "one");
    // Somewhat later, without waiting for it.
    write(
        "UPDATE registry.device SET created_at = created_at + interval '10 s' WHERE tenant_key ="
            + " (SELECT key FROM registry.tenant WHERE id = '"
            + tenant
            + "')");
    assertEquals(new Denied(Reason.TOKEN_SUBJECT), token(former));
  }

  @Test
  void aTokenOfADeviceThatWasMadeJustNowHolds() {
    var device = admin.device(tenant, "one");
    var jwt = admin.post(device + "/token", Map.of()).<String>path("token");
    assertInstanceOf(Allowed.class, token(jwt));
  }

  @Test
  void aCertificateThatAnAuthorityVouchedForDoesNotMakeTheDeviceAnew() {
    var factory = TestAuthority.root("factory of " + tenant);
    admin.activate(tenant, factory);
    var own = factory.device("one");
    assertInstanceOf(Allowed.class, certificate(own));
    admin.delete(Api.devices(tenant) + "/one").then().statusCode(204);
    assertEquals(new Denied(Reason.CERTIFICATE_REVOKED), certificate(own));
    admin.get(Api.devices(tenant) + "/one").then().statusCode(404);
    // Its next certificate is as good as any.
    assertInstanceOf(Allowed.class, certificate(factory.device("one")));
  }

  /** The operator's own end of it was earlier than the certificate's. */
  @Test
  void aCertificateThatAnOperatorRegisteredAndRevokedIsNotVouchedForEither() {
    var factory = TestAuthority.root("factory of " + tenant);
    var revoked = factory.device("one");
    var deleted = factory.device("two");
    var device = admin.device(tenant, "one");
    var credential = register(device, revoked);
    register(admin.device(tenant, "two"), deleted);
    admin.activate(tenant, factory);
    assertInstanceOf(Allowed.class, certificate(revoked));
    admin.delete(device + "/credentials/" + credential).then().statusCode(204);
    assertEquals(new Denied(Reason.CERTIFICATE_REVOKED), certificate(revoked));
    admin.delete(Api.devices(tenant) + "/two").then().statusCode(204);
    assertEquals(new Denied(Reason.CERTIFICATE_REVOKED), certificate(deleted));
    for (var shown : List.of(revoked, deleted)) {
      assertEquals(
          1,
          Rows.count(
              postgres,
              "SELECT count(*) FROM registry.withdrawn_certificate WHERE not_after = '"
                  + shown.getNotAfter().toInstant()
                  + "' AND sha256 = sha256(decode('"
                  + DeviceCertificates.base64(shown)
                  + "', 'base64'))"));
    }
  }

  /** Whoever has a copy of another tenant's certificate must not keep its device out with it. */
  @Test
  void whatOneTenantRevokesAnothersAuthorityVouchesFor() {
    var other = admin.tenant();
    var factory = TestAuthority.root("factory of " + tenant);
    admin.activate(tenant, factory);
    var own = factory.device("one");
    var copy = admin.device(other, "thief");
    var credential = register(copy, own);
    admin.delete(copy + "/credentials/" + credential).then().statusCode(204);
    register(copy, own);
    admin.delete(copy).then().statusCode(204);
    var allowed = assertInstanceOf(Allowed.class, certificate(own));
    assertEquals(DeviceAddress.of(tenant, "one"), allowed.device());
  }

  private String register(String device, X509Certificate certificate) {
    var made =
        admin.post(
            device + "/credentials",
            Map.of(
                "kind",
                "certificate",
                "certificate",
                DeviceCertificates.pem(certificate),
                "notAfter",
                Instant.now().plusSeconds(600).toString()));
    made.then().statusCode(201);
    return made.path("id");
  }

  @Test
  void whoeverMeansItRegistersTheCertificateOfADeletedDeviceAgain() {
    var factory = TestAuthority.root("factory of " + tenant);
    admin.activate(tenant, factory);
    var own = factory.device("one");
    assertInstanceOf(Allowed.class, certificate(own));
    admin.delete(Api.devices(tenant) + "/one").then().statusCode(204);
    var device = admin.device(tenant, "one");
    assertEquals(new Denied(Reason.CERTIFICATE_REVOKED), certificate(own));
    admin
        .post(
            device + "/credentials",
            Map.of("kind", "certificate", "certificate", DeviceCertificates.pem(own)))
        .then()
        .statusCode(201);
    assertInstanceOf(Allowed.class, certificate(own));
  }

  private VerifyAnswer token(String jwt) {
    return verify(
        new VerifyRequest(DeviceAddress.of(tenant, "one"), new CredentialProof.Token(jwt), null));
  }

  private VerifyAnswer certificate(X509Certificate shown) {
    var chain = List.of(DeviceCertificates.base64(shown));
    return verify(new VerifyRequest(null, new CredentialProof.Certificate(chain), null));
  }

  private VerifyAnswer verify(VerifyRequest request) {
    return Api.as(tokens.service()).verify(request);
  }

  private void write(String sql) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      assertEquals(1, statement.executeUpdate(sql));
    }
  }
}
