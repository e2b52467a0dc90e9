package io.muster.localstack.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.localstack.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalIssuerTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path keys;
  private LocalIssuer issuer;

  @BeforeEach
  void start() throws IOException {
    issuer = LocalIssuer.start(keys, FreePort.any());
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void aPersonsTokenCarriesRolesAndTenants() throws Exception {
    var token = issuer.mintPerson("ann", List.of("operator"), List.of("demo"), HOUR);
    var claims = verified(token, issuer.peopleIssuer(), "muster-api");
    assertEquals("ann", claims.getSubject());
    assertEquals(List.of("operator"), claims.getStringListClaimValue("groups"));
    assertEquals(List.of("demo"), claims.getStringListClaimValue("muster_tenants"));
  }

  @Test
  void aServicesTokenNamesTheService() throws Exception {
    var token = issuer.mintService("ingest", HOUR);
    var claims = verified(token, issuer.serviceIssuer(), "muster-service");
    assertEquals("service:ingest", claims.getSubject());
    assertEquals(List.of("service"), claims.getStringListClaimValue("groups"));
  }

  @Test
  void aPersonsTokenIsNoServicesToken() {
    var token = issuer.mintPerson("ann", List.of("admin"), List.of("*"), HOUR);
    assertThrows(
        InvalidJwtException.class, () -> verified(token, issuer.serviceIssuer(), "muster-service"));
  }

  @Test
  void aServicesTokenLivesAtMostAnHour() {
    var longer = HOUR.plusSeconds(1);
    assertThrows(IllegalArgumentException.class, () -> issuer.mintService("ingest", longer));
  }

  @Test
  void theTwoIssuersSignWithDifferentKeys() throws Exception {
    assertNotEquals(
        json(issuer.peopleIssuer() + "/jwks.json"), json(issuer.serviceIssuer() + "/jwks.json"));
  }

  @Test
  void noPrivateKeyIsServed() throws Exception {
    for (var base : List.of(issuer.peopleIssuer(), issuer.serviceIssuer())) {
      json(base + "/jwks.json").get("keys").forEach(key -> assertEquals(false, key.has("d")));
    }
  }

  @Test
  void tokensStayValidAcrossARestart() throws Exception {
    var port = issuer.port();
    var token = issuer.mintService("ingest", HOUR);
    issuer.close();
    issuer = LocalIssuer.start(keys, port);
    assertEquals(
        "service:ingest", verified(token, issuer.serviceIssuer(), "muster-service").getSubject());
  }

  @Test
  void keysAreReadableByTheirOwnerOnly() throws IOException {
    for (var name : List.of("people.jwk", "services.jwk")) {
      var mode = Files.getPosixFilePermissions(keys.resolve(name));
      assertEquals("rw-------", PosixFilePermissions.toString(mode));
    }
  }

  /** Verifies as a service does: discovery, then keys, then signature, issuer and audience. */
  private static JwtClaims verified(String token, String issuer, String audience) throws Exception {
    var discovery = json(issuer + "/.well-known/openid-configuration");
    assertEquals(issuer, discovery.get("issuer").asText());
    var keys = new JsonWebKeySet(json(discovery.get("jwks_uri").asText()).toString());
    return new JwtConsumerBuilder()
        .setExpectedIssuer(issuer)
        .setExpectedAudience(audience)
        .setRequireExpirationTime()
        .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "ES256")
        .setVerificationKeyResolver(new JwksVerificationKeyResolver(keys.getJsonWebKeys()))
        .build()
        .processToClaims(token);
  }

  private static JsonNode json(String address) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create(address)).build();
      var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertEquals(200, answer.statusCode());
      return new ObjectMapper().readTree(answer.body());
    }
  }
}
