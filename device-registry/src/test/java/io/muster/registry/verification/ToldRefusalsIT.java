package io.muster.registry.verification;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.muster.registry.TestAuthority;
import io.muster.registry.Tokens;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever is kept out is in the log and in a counter with the reason. */
@RegistryTest
class ToldRefusalsIT {
  private static final String LOG = "io.muster.registry.verification";

  Tokens tokens;
  LocalPostgres postgres;

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line instanceof ExtLogRecord it ? it.getFormattedMessage() : line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final KeyPair pair = DeviceKeys.p256();
  private Api admin;
  private String device;
  private DeviceAddress address;

  @BeforeEach
  void aDeviceWithAKey() {
    admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    device = admin.device(tenant, "one");
    address = DeviceAddress.of(tenant, "one");
    admin
        .post(
            device + "/credentials",
            Map.of(
                "kind",
                "jwt-key",
                "algorithm",
                "ES256",
                "publicKey",
                DeviceKeys.pem(pair.getPublic())))
        .then()
        .statusCode(201);
    Logger.getLogger(LOG).addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    Logger.getLogger(LOG).removeHandler(handler);
  }

  @Test
  void aTokenWithoutASignature() {
    told(Reason.TOKEN_ALGORITHM, new CredentialProof.Token(tokens.unsigned()));
  }

  @Test
  void aTokenOfAnotherKey() {
    var claims = DeviceKeys.claims("one", Instant.now());
    told(
        Reason.TOKEN_SIGNATURE,
        new CredentialProof.Token(DeviceKeys.sign(DeviceKeys.p256(), "ES256", claims)));
  }

  @Test
  void aTokenForAnotherAudience() {
    told(Reason.TOKEN_AUDIENCE, token(it -> it.setAudience("muster-api")));
  }

  @Test
  void aTokenThatIsOver() {
    told(Reason.TOKEN_EXPIRED, token(it -> it.setExpirationTime(at(-120))));
  }

  @Test
  void aTokenOfAClockThatIsAhead() {
    told(Reason.CREDENTIAL_NOT_YET_VALID, token(it -> it.setIssuedAt(at(300))));
  }

  @Test
  void aTokenThatLivesTooLong() {
    told(Reason.TOKEN_LIFETIME, token(it -> it.setExpirationTime(at(90_000))));
  }

  @Test
  void aSecretThatIsNotTheDevices() {
    admin.secret(device);
    told(Reason.WRONG_SECRET, new CredentialProof.Secret("guessed"));
  }

  @Test
  void aSecretThatIsOver() {
    var made = admin.secret(device);
    // Nobody waits for it.
    Rows.count(
        postgres,
        "WITH over AS (UPDATE registry.credential SET not_after = now() WHERE id = '"
            + made.path("id")
            + "' RETURNING 1) SELECT count(*) FROM over");
    told(Reason.CREDENTIAL_EXPIRED, new CredentialProof.Secret(made.path("secret")));
  }

  @Test
  void aCertificateThatIsOver() {
    var now = Instant.now();
    var over =
        factory()
            .issue(
                TestAuthority.wanted("CN=one").period(now.minusSeconds(900), now.minusSeconds(60)));
    told(Reason.CERTIFICATE_EXPIRED, shown(over));
  }

  @Test
  void aCertificateThatWasRevoked() {
    var stolen = shown(factory().device("one"));
    var credential = assertInstanceOf(Allowed.class, verify(stolen)).credential();
    admin.delete(device + "/credentials/" + credential).then().statusCode(204);
    told(Reason.CERTIFICATE_REVOKED, stolen);
  }

  @Test
  void aClaimTokenThatNobodyMadeOrThatWasRevoked() {
    var claims = "/api/v1/tenants/" + address.tenant() + "/claim-tokens";
    var made =
        admin.post(
            claims, Map.of("maxUses", 1, "notAfter", Instant.now().plusSeconds(3_600).toString()));
    made.then().statusCode(201);
    admin.delete(claims + "/" + made.path("id")).then().statusCode(204);
    toldOfClaim(Reason.CLAIM_UNKNOWN, "guessed");
    toldOfClaim(Reason.CLAIM_REVOKED, made.path("token"));
    assertFalse(lines.toString().contains(made.<String>path("token")), "the token");
  }

  @Test
  void aClientOfABrokerOfOthersThatNamesNoDevice() {
    var reason = Reason.UNKNOWN_DEVICE;
    var before = count(reason);
    Api.as(tokens.service())
        .post("/broker/authn", "{\"clientid\":\"x\",\"peerhost\":\"192.0.2.9\"}")
        .then()
        .statusCode(200);
    assertEquals(before + 1, count(reason));
    var line = "Denied a stranger from 192.0.2.9: " + reason.label();
    assertTrue(lines.stream().anyMatch(it -> it.startsWith(line)), lines.toString());
  }

  private void toldOfClaim(Reason reason, String token) {
    var before = count(reason);
    Api.as(tokens.service())
        .post(
            "/internal/v1/claim-tokens/verify",
            Map.of(
                "tenant",
                address.tenant().value(),
                "claimToken",
                token,
                "remoteAddress",
                "192.0.2.8"))
        .then()
        .statusCode(200)
        .body("decision", equalTo("deny"));
    assertEquals(before + 1, count(reason));
    var line =
        "Denied a claim token for %s from 192.0.2.8: %s"
            .formatted(address.tenant(), reason.label());
    assertTrue(lines.contains(line), lines.toString());
  }

  /** An authority of the tenant's own. */
  private TestAuthority factory() {
    var factory = TestAuthority.root("factory of " + address.tenant());
    admin.activate(address.tenant().toString(), factory);
    return factory;
  }

  private static CredentialProof.Certificate shown(X509Certificate certificate) {
    return new CredentialProof.Certificate(List.of(DeviceCertificates.base64(certificate)));
  }

  private CredentialProof.Token token(Consumer<JwtClaims> change) {
    var claims = DeviceKeys.claims("one", Instant.now());
    change.accept(claims);
    return new CredentialProof.Token(DeviceKeys.sign(pair, "ES256", claims));
  }

  private static NumericDate at(long seconds) {
    return NumericDate.fromSeconds(Instant.now().getEpochSecond() + seconds);
  }

  private void told(Reason reason, CredentialProof proof) {
    var before = count(reason);
    assertEquals(new Denied(reason), verify(proof));
    assertEquals(before + 1, count(reason));
    assertTrue(
        lines.stream()
            .anyMatch(it -> it.contains(address.toString()) && it.endsWith(": " + reason.label())),
        lines.toString());
  }

  private static double count(Reason reason) {
    var name =
        "muster_registry_verifications_total{decision=\"deny\",reason=\"" + reason.label() + "\"} ";
    return Api.as(null)
        .get("/q/metrics")
        .asString()
        .lines()
        .filter(it -> it.startsWith(name))
        .mapToDouble(it -> Double.parseDouble(it.substring(name.length()).split(" ")[0]))
        .sum();
  }

  private VerifyAnswer verify(CredentialProof proof) {
    return Api.as(tokens.service()).verify(new VerifyRequest(address, proof, "192.0.2.7"));
  }
}
