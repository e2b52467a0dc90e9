package io.muster.issuer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuerTest {
  private static final String PEOPLE = "http://issuer.test/people";
  private static final String SERVICES = "http://issuer.test/services";
  private static final Duration EVERY = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock(Instant.now());
  private FakeKubernetes kubernetes;
  private Issuer issuer;

  @BeforeEach
  void start() throws IOException {
    kubernetes = new FakeKubernetes(folder);
    issuer = begin();
  }

  @AfterEach
  void stop() {
    issuer.close();
    kubernetes.close();
  }

  private Issuer begin() throws IOException {
    return Issuer.start(settings(), kubernetes.client(), clock, EVERY);
  }

  static IssuerSettings settings() throws IOException {
    var properties = new Properties();
    properties.load(
        new StringReader(
            """
            namespace=iot
            instance=muster
            address=http://issuer.test
            port=0
            keys=issuer-keys
            administrator=admin-token
            token.ingest=ingest-token
            token.registry=registry-token
            authority=internal-ca
            certificate.broker-tls=muster-broker,muster-broker.iot.svc
            passwords.database=postgres,ingest
            """));
    return IssuerSettings.of(properties);
  }

  @Test
  void aServiceFindsATokenThatItsNeighboursBelieve() throws Exception {
    var claims = verified(stored("ingest-token", "token"), SERVICES, "muster-service");
    assertEquals("service:ingest", claims.getSubject());
    assertEquals(List.of("service"), claims.getStringListClaimValue("groups"));
    assertEquals(
        Duration.ofHours(1).toSeconds(),
        claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue());
  }

  @Test
  void theAdministratorsTokenIsNoServicesToken() throws Exception {
    var token = stored("admin-token", "token");
    var claims = verified(token, PEOPLE, "muster-api");
    assertEquals(List.of("admin"), claims.getStringListClaimValue("groups"));
    assertEquals(List.of("*"), claims.getStringListClaimValue("muster_tenants"));
    assertThrows(
        InvalidJwtException.class, () -> verify(token, "/services", SERVICES, "muster-service"));
    assertThrows(InvalidJwtException.class, () -> verify(token, "/services", PEOPLE, "muster-api"));
  }

  @Test
  void aTokenIsRenewedAfterHalfOfItsLifeAndNotBefore() {
    var first = stored("ingest-token", "token");
    var administrators = stored("admin-token", "token");
    clock.forward(Duration.ofMinutes(29));
    awaitRounds(3);
    assertEquals(first, kubernetes.values("ingest-token").get("token"));

    clock.forward(Duration.ofMinutes(2));
    await().atMost(SOON).until(() -> !first.equals(kubernetes.values("ingest-token").get("token")));
    assertEquals(administrators, kubernetes.values("admin-token").get("token"));
  }

  @Test
  void aSecretThatSomebodyDeletedIsThereAgain() {
    stored("ingest-token", "token");
    kubernetes.secrets.remove("ingest-token");
    stored("ingest-token", "token");
  }

  @Test
  void aRestartKeepsKeysPasswordsAndTokens() throws Exception {
    awaitReady();
    var before = Map.copyOf(kubernetes.secrets);
    issuer.close();
    issuer = begin();
    awaitReady();
    assertEquals(before, kubernetes.secrets);
  }

  @Test
  void aPasswordThatIsMissingIsAddedAndTheOthersStay() {
    var password = stored("database", "postgres");
    kubernetes.change("database", data -> data.remove("ingest"));
    var added = stored("database", "ingest");
    assertEquals(password, kubernetes.values("database").get("postgres"));
    assertNotEquals(password, added);
    assertEquals(32, added.length());
  }

  @Test
  void aCertificateHasItsNamesIsRenewedInTimeAndItsAuthorityStays() {
    var first = stored("broker-tls", "tls.crt");
    var authority = stored("internal-ca", "ca.crt");
    assertEquals(authority, kubernetes.values("broker-tls").get("ca.crt"));
    var names = List.of("muster-broker", "muster-broker.iot.svc");
    var signer = Authority.of(authority, kubernetes.values("issuer-keys").get("tls.key"));
    assertTrue(signer.isGood(kubernetes.values("broker-tls"), names, clock.instant()));
    assertFalse(signer.isGood(kubernetes.values("broker-tls"), List.of("other"), clock.instant()));

    clock.forward(Duration.ofDays(61));
    await().atMost(SOON).until(() -> !first.equals(kubernetes.values("broker-tls").get("tls.crt")));
    assertEquals(authority, kubernetes.values("broker-tls").get("ca.crt"));
    assertEquals(authority, kubernetes.values("internal-ca").get("ca.crt"));
  }

  @Test
  void aCertificateOfAnotherAuthorityIsReplaced() {
    var first = stored("broker-tls", "tls.crt");
    var other = Authority.fresh("other", clock.instant());
    var foreign =
        Authority.of(other.get("tls.crt"), other.get("tls.key"))
            .sign(List.of("muster-broker", "muster-broker.iot.svc"), clock.instant());
    kubernetes.secrets.remove("broker-tls");
    assertDoesNotKeep("broker-tls", foreign);
    assertNotEquals(first, kubernetes.values("broker-tls").get("tls.crt"));
  }

  private void assertDoesNotKeep(String name, Map<String, String> values) {
    try {
      kubernetes.client().set(name, values);
    } catch (IOException somebodyElseDid) {
      // The issuer was faster; then it is its own already.
    }
    await()
        .atMost(SOON)
        .until(() -> !values.get("tls.crt").equals(kubernetes.values(name).get("tls.crt")));
  }

  @Test
  void itIsReadyOnceEverythingIsThereAndStaysSoWhileKubernetesIsAway() throws Exception {
    issuer.close();
    kubernetes.secrets.clear();
    kubernetes.away = true;
    issuer = begin();
    assertEquals(200, get("/health/live").statusCode());
    assertEquals(503, get("/health/ready").statusCode());
    assertEquals(503, get("/services/jwks.json").statusCode());

    kubernetes.away = false;
    awaitReady();
    kubernetes.away = true;
    awaitRounds(3);
    assertEquals(200, get("/health/ready").statusCode());
    assertEquals(200, get("/services/jwks.json").statusCode());
  }

  @Test
  void keysThatCannotBeReadAreNotReplaced() throws Exception {
    awaitReady();
    issuer.close();
    kubernetes.change("issuer-keys", data -> data.put("services.jwk", "bm9uZQ=="));
    var before = Map.copyOf(kubernetes.secrets);
    issuer = begin();
    awaitRounds(3);
    assertEquals(503, get("/health/ready").statusCode());
    assertEquals(before, kubernetes.secrets);
  }

  @Test
  void nothingSecretIsServed() throws Exception {
    awaitReady();
    for (var path : List.of("/people/jwks.json", "/services/jwks.json")) {
      var answer = get(path).body();
      assertTrue(answer.contains("\"kty\":\"EC\""), answer);
      assertFalse(answer.contains("\"d\""), answer);
    }
    assertEquals(404, get("/people/jwks.json/../../issuer-keys").statusCode());
    assertEquals(404, get("/token").statusCode());
    assertEquals(404, get("/services/jwks.json/more").statusCode());
  }

  @Test
  void discoveryNamesTheIssuerByTheAddressThatOthersUse() throws Exception {
    awaitReady();
    var answer = get("/services/.well-known/openid-configuration").body();
    assertTrue(answer.contains("\"issuer\":\"" + SERVICES + "\""), answer);
    assertTrue(answer.contains("\"jwks_uri\":\"" + SERVICES + "/jwks.json\""), answer);
  }

  @Test
  void itsSecretsSayWhoseTheyAre() {
    stored("ingest-token", "token");
    var labels = kubernetes.secrets.get("ingest-token").path("metadata").path("labels");
    assertEquals("muster", labels.path("app.kubernetes.io/instance").asText());
    assertEquals("muster-issuer", labels.path("app.kubernetes.io/managed-by").asText());
  }

  private String stored(String name, String key) {
    await().atMost(SOON).until(() -> kubernetes.values(name).containsKey(key));
    return kubernetes.values(name).get(key);
  }

  private void awaitReady() {
    await().atMost(SOON).until(() -> get("/health/ready").statusCode() == 200);
  }

  private void awaitRounds(int rounds) {
    var keys = "GET " + FakeKubernetes.SECRETS + "/";
    var from = kubernetes.requests.size();
    await()
        .atMost(SOON)
        .until(
            () -> {
              var since = kubernetes.requests.stream().skip(from);
              return since.filter(request -> request.startsWith(keys)).count() > rounds * 8L;
            });
  }

  private JwtClaims verified(String token, String issuerName, String audience) throws Exception {
    return verify(token, issuerName.equals(PEOPLE) ? "/people" : "/services", issuerName, audience);
  }

  private JwtClaims verify(String token, String path, String issuerName, String audience)
      throws IOException, InterruptedException, JoseException, InvalidJwtException {
    var keys = new JsonWebKeySet(get(path + "/jwks.json").body()).getJsonWebKeys();
    return new JwtConsumerBuilder()
        .setVerificationKeyResolver(new JwksVerificationKeyResolver(keys))
        .setExpectedIssuer(issuerName)
        .setExpectedAudience(audience)
        .setRequireExpirationTime()
        .build()
        .processToClaims(token);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + issuer.port() + path));
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request.build(), BodyHandlers.ofString());
    }
  }

  /** Stands still unless told. */
  static final class SettableClock extends Clock {
    private final AtomicReference<Instant> now;

    SettableClock(Instant start) {
      now = new AtomicReference<>(start);
    }

    void forward(Duration by) {
      now.updateAndGet(instant -> instant.plus(by));
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
