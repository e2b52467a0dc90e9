package io.muster.registry.credentials;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.DeviceKeys;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class CredentialsIT {
  private static final Map<String, Object> SECRET = Map.of("kind", "secret");

  Tokens tokens;
  LocalPostgres postgres;
  private Api operator;
  private String tenant;
  private String device;
  private String credentials;

  @BeforeEach
  void makeADevice() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    device = operator.device(tenant, "one");
    credentials = device + "/credentials";
  }

  @Test
  void aSecretIsShownOnceAndNeverAgain() throws SQLException {
    var created = operator.post(credentials, SECRET);
    created
        .then()
        .statusCode(201)
        .header("Cache-Control", containsString("no-store"))
        .body("kind", equalTo("secret"))
        .body("secret", matchesPattern("[A-Za-z0-9_-]{43}"));
    var id = created.<String>path("id");
    var secret = created.<String>path("secret");
    operator
        .get(credentials)
        .then()
        .statusCode(200)
        .header("Cache-Control", containsString("no-store"))
        .body("items.id", contains(id))
        .body("items[0].secret", nullValue());
    operator.get(credentials + "/" + id).then().body("id", equalTo(id)).body("secret", nullValue());
    assertFalse(operator.get(credentials).asString().contains(secret));
    assertEquals(0, rowsThatHold(secret));
  }

  @Test
  void secretsDiffer() {
    var secrets = new HashSet<String>();
    IntStream.range(0, 10).forEach(_ -> secrets.add(operator.secret(device).path("secret")));
    assertEquals(10, secrets.size());
  }

  @Test
  void aDeviceHasFewCredentialsAndAnExpiredOneGivesWay() throws SQLException {
    IntStream.range(0, 10).forEach(_ -> operator.secret(device));
    assertProblem(operator.post(credentials, SECRET), 429, "limit-reached");
    try (var connection = postgres.connectAsSuperuser();
        var statement =
            connection.prepareStatement(
                "UPDATE registry.credential SET not_after = now() WHERE id = ?::uuid")) {
      statement.setString(1, operator.get(credentials).path("items[0].id"));
      assertEquals(1, statement.executeUpdate());
    }
    assertEquals(201, operator.post(credentials, SECRET).statusCode());
    assertProblem(operator.post(credentials, SECRET), 429, "limit-reached");
  }

  @Test
  void aRepeatedRequestBeforeTheFirstUseIssuesANewSecretAndRevokesTheOld() {
    var first = repeatable("key-1", SECRET);
    var second = repeatable("key-1", SECRET);
    assertEquals(201, second.statusCode());
    assertNotEquals(first.<String>path("secret"), second.<String>path("secret"));
    assertEquals(List.of(second.<String>path("id")), operator.get(credentials).path("items.id"));
    assertEquals("wrong-secret", verify(first.path("secret")));
    assertEquals("allow", verify(second.path("secret")));
    assertProblem(repeatable("key-1", SECRET), 409, "idempotency-key-used");
    assertEquals("allow", verify(second.path("secret")));
  }

  @Test
  void aRevokedCredentialDoesNotComeBackByRepeating() {
    var id = repeatable("key-1", SECRET).<String>path("id");
    assertEquals(204, operator.delete(credentials + "/" + id).statusCode());
    assertProblem(repeatable("key-1", SECRET), 409, "idempotency-key-used");
  }

  @Test
  void concurrentRepetitionsLeaveOneCredential() {
    var secrets =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(_ -> repeatable("key-1", SECRET))
            .map(answer -> answer.then().statusCode(201).extract().<String>path("secret"))
            .toList();
    assertEquals(8, Set.copyOf(secrets).size());
    operator.get(credentials).then().body("items.size()", equalTo(1));
    assertEquals(1, secrets.stream().filter(secret -> verify(secret).equals("allow")).count());
  }

  @Test
  void anIdempotencyKeyStandsForOneRequestOfOneDevice() {
    repeatable("key-1", SECRET).then().statusCode(201);
    assertProblem(
            repeatable("key-1", Map.of("kind", "secret", "notAfter", "2999-01-01T00:00:00Z")),
            422,
            "invalid-content")
        .body("errors.parameter", contains("Idempotency-Key"));
    var other = operator.device(tenant, "two");
    operator
        .request()
        .header("Idempotency-Key", "key-1")
        .contentType("application/json")
        .body(SECRET)
        .post(other + "/credentials")
        .then()
        .statusCode(201);
    operator.get(credentials).then().body("items.size()", equalTo(1));
    assertProblem(repeatable("k".repeat(129), SECRET), 400, "malformed-request");
  }

  @Test
  void keysAreRegisteredAsPemOrJwkAndListed() throws JoseException {
    for (var algorithm : List.of("ES256", "EdDSA", "RS256")) {
      var pair = DeviceKeys.of(algorithm);
      var pem = DeviceKeys.pem(pair.getPublic());
      var jwk = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
      var object = jwk.toParams(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
      for (var key : List.of(pem, object, jwk.toJson())) {
        operator
            .post(credentials, Map.of("kind", "jwt-key", "algorithm", algorithm, "publicKey", key))
            .then()
            .statusCode(201)
            .body("kind", equalTo("jwt-key"))
            .body("algorithm", equalTo(algorithm))
            .body("publicKey", equalTo(pem))
            .body("secret", nullValue());
      }
    }
    operator.get(credentials).then().body("items.size()", equalTo(9));
  }

  @Test
  void keysThatAreNoneOrTooWeakOrPrivateAreRefused() throws JoseException {
    var p256 = DeviceKeys.p256();
    var jwk = PublicJsonWebKey.Factory.newPublicJwk(p256.getPublic());
    jwk.setPrivateKey(p256.getPrivate());
    assertWrongKey("ES256", "rubbish");
    assertWrongKey("ES256", "");
    assertWrongKey("ES256", "{}");
    assertWrongKey("ES256", Map.of("kty", "oct", "k", "AAAA"));
    assertWrongKey("ES256", jwk.toJson(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE));
    assertWrongKey("ES256", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");
    assertWrongKey("ES256", DeviceKeys.pem(DeviceKeys.p384().getPublic()));
    assertWrongKey("ES256", DeviceKeys.pem(DeviceKeys.rsa(2048).getPublic()));
    assertWrongKey("EdDSA", DeviceKeys.pem(p256.getPublic()));
    assertWrongKey("RS256", DeviceKeys.pem(DeviceKeys.rsa(1024).getPublic()));
    assertWrongKey("ES256", "x".repeat(9000));
    assertProblem(
            operator.post(credentials, Map.of("kind", "jwt-key", "algorithm", "HS256")),
            400,
            "malformed-request")
        .body("errors.pointer", contains("/algorithm"));
    assertProblem(
            operator.post(credentials, Map.of("kind", "jwt-key", "algorithm", "ES256")),
            422,
            "invalid-content")
        .body("errors.pointer", contains("/publicKey"));
    operator.get(credentials).then().body("items.size()", equalTo(0));
  }

  @Test
  void aValidityPeriodMustMakeSense() {
    assertWrongPeriod("/notAfter", Map.of("notAfter", "2001-01-01T00:00:00Z"), 422);
    assertWrongPeriod(
        "/notAfter",
        Map.of("notBefore", "2999-01-01T00:00:00Z", "notAfter", "2998-01-01T00:00:00Z"),
        422);
    assertWrongPeriod("/notBefore", Map.of("notBefore", "1066-01-01T00:00:00Z"), 422);
    assertWrongPeriod("/notAfter", Map.of("notAfter", "+999999-01-01T00:00:00Z"), 422);
    assertWrongPeriod("/notAfter", Map.of("notAfter", "tomorrow"), 400);
    assertWrongPeriod("/notAfter", Map.of("notAfter", true), 400);
  }

  @Test
  void unknownKindsAndMembersAreRefused() {
    assertProblem(operator.post(credentials, Map.of("kind", "password")), 400, "malformed-request")
        .body("errors.pointer", contains("/kind"));
    assertProblem(operator.post(credentials, Map.of()), 400, "malformed-request");
    assertProblem(
            operator.post(credentials, Map.of("kind", "secret", "secret", "mine")),
            400,
            "malformed-request")
        .body("errors.pointer", contains("/secret"));
  }

  @Test
  void whatIsNotThereIs404() {
    var nothing = "/00000000-0000-0000-0000-000000000000";
    assertProblem(operator.get(credentials + nothing), 404, "not-found");
    assertProblem(operator.delete(credentials + nothing), 404, "not-found");
    assertProblem(
        operator.post(Api.devices(tenant) + "/nobody/credentials", SECRET), 404, "not-found");
    var other = operator.device(tenant, "two");
    var theirs = operator.secret(other).<String>path("id");
    assertProblem(operator.delete(credentials + "/" + theirs), 404, "not-found");
    assertEquals(200, operator.get(other + "/credentials/" + theirs).statusCode());
  }

  private Response repeatable(String key, Object body) {
    return operator
        .request()
        .header("Idempotency-Key", key)
        .contentType("application/json")
        .body(body)
        .post(credentials);
  }

  private void assertWrongKey(String algorithm, Object key) {
    assertProblem(
            operator.post(
                credentials, Map.of("kind", "jwt-key", "algorithm", algorithm, "publicKey", key)),
            422,
            "invalid-content")
        .body("errors.pointer", contains("/publicKey"));
  }

  private void assertWrongPeriod(String pointer, Map<String, Object> period, int status) {
    var body = new java.util.HashMap<>(period);
    body.put("kind", "secret");
    operator
        .post(credentials, body)
        .then()
        .statusCode(status)
        .body("errors.pointer", contains(pointer));
  }

  private String verify(String secret) {
    var answer =
        Api.as(tokens.service())
            .post(
                "/internal/v1/credentials/verify",
                Map.of(
                    "device",
                    Map.of("tenant", tenant, "device", "one"),
                    "proof",
                    Map.of("kind", "secret", "secret", secret)));
    answer.then().statusCode(200);
    var reason = answer.<String>path("reason");
    return reason == null
        ? answer.path("decision")
        : reason.toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** In any table of the service, in any column. */
  private long rowsThatHold(String secret) throws SQLException {
    long rows = 0;
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      for (var table : List.of("tenant", "device", "credential", "idempotent_request", "outbox")) {
        var query =
            "SELECT count(*) FROM registry.%1$s t WHERE t::text LIKE '%%%2$s%%'"
                .formatted(table, secret);
        try (var result = statement.executeQuery(query)) {
          result.next();
          rows += result.getLong(1);
        }
      }
    }
    return rows;
  }
}
