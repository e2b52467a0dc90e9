package io.muster.registry.tokens;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyAnswer.Denied;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.Api;
import io.muster.registry.DeviceKeys;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class DeviceTokensIT {
  private static final String OWN = "/api/v1/device/token";
  private static final String KEYS = "/api/v1/device-tokens/keys";

  Tokens tokens;

  private Api admin;
  private String tenant;
  private String device;
  private DeviceAddress address;
  private String secret;
  private UUID credential;

  @BeforeEach
  void aDeviceWithASecret() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    device = admin.device(tenant, "one");
    address = DeviceAddress.of(tenant, "one");
    var created = admin.secret(device);
    secret = created.path("secret");
    credential = UUID.fromString(created.path("id"));
  }

  @Test
  void aDevicesTokenIsVerifiedWithThePublishedKeysAlone() {
    var answer = own("one@" + tenant, secret, Map.of("lifetimeSeconds", 600));
    answer.then().statusCode(200).header("Cache-Control", equalTo("no-store"));
    var claims = offline(answer.path("token"));
    assertEquals("one@" + tenant, claims.getClaimValue("sub"));
    assertEquals("muster-registry", claims.getClaimValue("iss"));
    assertEquals(
        "telemetry:write command:read firmware:read config:read config:write",
        claims.getClaimValue("scope"));
    var end = Instant.ofEpochSecond((long) claims.getClaimValue("exp"));
    assertEquals(end, Instant.parse(answer.path("expiresAt")));
    assertTrue(end.isBefore(Instant.now().plusSeconds(601)));
    assertInstanceOf(List.class, claims.getClaimValue("acl"));
  }

  @Test
  void withATokenADeviceIsLetInUntilTheTokenEnds() {
    var answer = own("one@" + tenant, secret, Map.of("lifetimeSeconds", 600));
    var allowed = assertInstanceOf(Allowed.class, verify(address, answer.path("token")));
    assertEquals(credential, allowed.credential());
    assertEquals(
        Instant.parse(answer.<String>path("expiresAt")).plusSeconds(60), allowed.validUntil());
  }

  @Test
  void aTokenEndsWithTheCredentialThatItWasGotWith() {
    var jwt = own("one@" + tenant, secret, Map.of()).<String>path("token");
    assertInstanceOf(Allowed.class, verify(address, jwt));
    admin.delete(device + "/credentials/" + credential).then().statusCode(204);
    assertEquals(new Denied(Reason.NO_SUCH_CREDENTIAL), verify(address, jwt));
  }

  @Test
  void aTokenDoesNotOutliveItsCredential() {
    var end = Instant.now().plusSeconds(120);
    var short1 =
        admin.post(device + "/credentials", Map.of("kind", "secret", "notAfter", end.toString()));
    var answer = own("one@" + tenant, short1.path("secret"), Map.of());
    assertFalse(Instant.parse(answer.path("expiresAt")).isAfter(end));
  }

  @Test
  void aTokenIsOfOneDeviceOfOneTenant() {
    var jwt = own("one@" + tenant, secret, Map.of()).<String>path("token");
    admin.device(tenant, "two");
    assertEquals(new Denied(Reason.TOKEN_SUBJECT), verify(DeviceAddress.of(tenant, "two"), jwt));
    var other = admin.tenant();
    admin.device(other, "one");
    assertEquals(new Denied(Reason.TOKEN_SUBJECT), verify(DeviceAddress.of(other, "one"), jwt));
  }

  @Test
  void aTokenForLessIsTakenOnlyByWhoHoldsItsBearerToIt() {
    var jwt =
        own("one@" + tenant, secret, Map.of("scopes", List.of("firmware:read")))
            .<String>path("token");
    assertEquals("firmware:read", offline(jwt).getClaimValue("scope"));
    assertEquals(new Denied(Reason.TOKEN_SCOPE), verify(address, jwt));
    var allowed = assertInstanceOf(Allowed.class, verify(address, jwt, true));
    assertEquals(Set.of(DeviceScope.FIRMWARE_READ), allowed.token().scopes());
    assertEquals(credential, allowed.credential());
  }

  @Test
  void withATokenForLessNobodyGetsOneForMore() {
    var jwt =
        own("one@" + tenant, secret, Map.of("scopes", List.of("firmware:read")))
            .<String>path("token");
    assertProblem(own("one@" + tenant, jwt, Map.of()), 401, "not-authenticated");
  }

  @Test
  void theAnswerSaysWhichKeySignedATokenAndOfASecretNothing() {
    var jwt = own("one@" + tenant, secret, Map.of()).<String>path("token");
    var allowed = assertInstanceOf(Allowed.class, verify(address, jwt));
    assertTrue(allowed.token().grantsAll());
    var published = Api.as(null).get("/api/v1/device-tokens/jwks.json");
    assertTrue(published.<List<String>>path("keys.kid").contains(allowed.token().key().toString()));
    var bySecret = verify(new VerifyRequest(address, new CredentialProof.Secret(secret), null));
    assertEquals(null, assertInstanceOf(Allowed.class, bySecret).token());
  }

  @Test
  void aTamperedTokenIsNone() {
    var parts = own("one@" + tenant, secret, Map.of()).<String>path("token").split("\\.");
    var other = own("one@" + tenant, secret, Map.of()).<String>path("token").split("\\.");
    assertEquals(
        new Denied(Reason.TOKEN_SIGNATURE),
        verify(address, parts[0] + "." + other[1] + "." + parts[2]));
  }

  @Test
  void aDeviceWithAKeyGetsOneForATokenThatItSigned() {
    var pair = DeviceKeys.p256();
    var registered =
        admin.post(
            device + "/credentials",
            Map.of(
                "kind", "jwt-key",
                "algorithm", "ES256",
                "publicKey", DeviceKeys.pem(pair.getPublic())));
    registered.then().statusCode(201);
    var jwt = DeviceKeys.sign(pair, "ES256", DeviceKeys.claims("one", Instant.now()));
    var token = own("one@" + tenant, jwt, Map.of()).<String>path("token");
    var allowed = assertInstanceOf(Allowed.class, verify(address, token));
    assertEquals(registered.<String>path("id"), allowed.credential().toString());
  }

  @Test
  void nobodyElseGetsOne() {
    for (var wrong :
        List.of(
            own("one@" + tenant, "x" + secret, Map.of()),
            own("two@" + tenant, secret, Map.of()),
            own("one@" + Api.freshTenant(), secret, Map.of()),
            own("one", secret, Map.of()),
            own("provision@" + tenant, secret, Map.of()),
            Api.as(null).post(OWN, Map.of()),
            Api.as(tokens.admin()).post(OWN, Map.of()))) {
      assertProblem(wrong, 401, "not-authenticated");
    }
    admin.patch(device, Map.of("enabled", false)).then().statusCode(200);
    assertProblem(own("one@" + tenant, secret, Map.of()), 401, "not-authenticated");
  }

  @Test
  void whatCannotBeAskedForIsSaid() {
    for (var body :
        List.of(
            Map.of("lifetimeSeconds", 0),
            Map.of("lifetimeSeconds", 86_401),
            Map.of("scopes", List.of()))) {
      assertProblem(own("one@" + tenant, secret, body), 422, "invalid-content");
    }
    for (var body : List.of(Map.of("scopes", List.of("root")), Map.of("scope", "all"))) {
      assertProblem(own("one@" + tenant, secret, body), 400, "malformed-request");
    }
  }

  @Test
  void aDeviceGetsSoManyInAMinute() {
    Response last = null;
    // Twenty in a minute, and a minute may end meanwhile.
    for (int i = 0; i < 41; i++) {
      last = own("one@" + tenant, secret, Map.of());
      if (last.statusCode() == 429) {
        break;
      }
    }
    assertProblem(last, 429, "limit-reached");
  }

  @Test
  void anOperatorGetsOneForADeviceAndTheAuditSaysSo() {
    var operator = Api.as(tokens.person("operator", tenant));
    var answer = operator.post(device + "/token", Map.of("lifetimeSeconds", 60));
    answer.then().statusCode(200);
    assertInstanceOf(Allowed.class, verify(address, answer.path("token")));
    admin
        .get("/api/v1/tenants/" + tenant + "/audit?subject=devices/one")
        .then()
        .body("items[0].action", equalTo("device-token-issued"));
    admin.patch(device, Map.of("enabled", false)).then().statusCode(200);
    assertEquals(new Denied(Reason.DEVICE_DISABLED), verify(address, answer.path("token")));
  }

  @Test
  void othersGetNone() {
    assertProblem(
        Api.as(tokens.person("viewer", tenant)).post(device + "/token", Map.of()),
        403,
        "forbidden");
    var stranger = Api.as(tokens.person("operator", admin.tenant()));
    assertProblem(stranger.post(device + "/token", Map.of()), 403, "forbidden");
    assertProblem(admin.post(Api.devices(tenant) + "/none/token", Map.of()), 404, "not-found");
  }

  @Test
  void aNewKeyIsPublishedBeforeItSignsAndOldTokensHold() {
    var before = own("one@" + tenant, secret, Map.of()).<String>path("token");
    var made = admin.post(KEYS, Map.of());
    made.then().statusCode(201);
    assertTrue(
        Instant.parse(made.path("signsFrom")).isAfter(Instant.now().plus(Duration.ofMinutes(50))));
    var published = Api.as(null).get("/api/v1/device-tokens/jwks.json");
    assertTrue(published.<List<String>>path("keys.kid").contains(made.<String>path("id")));
    var after = own("one@" + tenant, secret, Map.of()).<String>path("token");
    assertInstanceOf(Allowed.class, verify(address, before));
    assertInstanceOf(Allowed.class, verify(address, after));
  }

  @Test
  void noInterfaceShowsAPrivateKey() {
    own("one@" + tenant, secret, Map.of());
    var published = Api.as(null).get("/api/v1/device-tokens/jwks.json");
    published.then().statusCode(200);
    for (var key : published.<List<Map<String, Object>>>path("keys")) {
      assertEquals(Set.of("kty", "kid", "use", "alg", "x", "y", "crv"), key.keySet());
    }
    var listed = admin.get(KEYS);
    for (var key : listed.<List<Map<String, Object>>>path("items")) {
      assertEquals(Set.of("id", "signsFrom", "signsUntil", "verifiesUntil"), key.keySet());
    }
    assertProblem(Api.as(tokens.person("admin", tenant)).get(KEYS), 403, "forbidden");
    assertProblem(Api.as(tokens.person("admin", tenant)).post(KEYS, Map.of()), 403, "forbidden");
  }

  @Test
  void eachTokenIsAnother() {
    assertNotEquals(
        own("one@" + tenant, secret, Map.of()).<String>path("token"),
        own("one@" + tenant, secret, Map.of()).<String>path("token"));
  }

  private static Response own(String user, String password, Object body) {
    return Api.as(null)
        .request()
        .auth()
        .preemptive()
        .basic(user, password)
        .contentType(ContentType.JSON)
        .body(body)
        .post(OWN);
  }

  private static JwtClaims offline(String jwt) {
    try {
      var set = Api.as(null).get("/api/v1/device-tokens/jwks.json").asString();
      return new JwtConsumerBuilder()
          .setVerificationKeyResolver(
              new JwksVerificationKeyResolver(new JsonWebKeySet(set).getJsonWebKeys()))
          .setExpectedAudience("muster-mqtt")
          .setExpectedIssuer("muster-registry")
          .setRequireExpirationTime()
          .build()
          .processToClaims(jwt);
    } catch (JoseException | InvalidJwtException e) {
      throw new AssertionError(e);
    }
  }

  private VerifyAnswer verify(DeviceAddress claimed, String jwt) {
    return verify(claimed, jwt, null);
  }

  private VerifyAnswer verify(DeviceAddress claimed, String jwt, Boolean enforcesScopes) {
    var proof = new CredentialProof.Token(jwt);
    return verify(new VerifyRequest(claimed, proof, "127.0.0.1", enforcesScopes));
  }

  private VerifyAnswer verify(VerifyRequest request) {
    return Api.as(tokens.service()).verify(request);
  }
}
