package io.muster.broker;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** An OIDC issuer of service tokens on a port of its own; it can go away and change its key. */
public final class TestIssuer implements AutoCloseable {
  private final AtomicInteger fetches = new AtomicInteger();
  private final int port;
  private final HttpServer server;
  private volatile EllipticCurveJsonWebKey key;
  private volatile boolean away;

  public TestIssuer() throws IOException, JoseException {
    this.key = newKey();
    this.server = serve();
    this.port = server.getAddress().getPort();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + port + "/services");
  }

  /** How often the keys were fetched. */
  public int fetches() {
    return fetches.get();
  }

  /** From now on it signs with another key, and no longer offers the old one. */
  public void changeKey() throws JoseException {
    key = newKey();
  }

  /** Answers nobody any more; its port stays its own. */
  public void goAway() {
    away = true;
  }

  public void comeBack() {
    away = false;
  }

  /** A token as services get it. */
  public String token(String service) throws JoseException {
    return token(service, Duration.ofMinutes(50));
  }

  public String token(String service, Duration lifetime) throws JoseException {
    return token(service, lifetime, claims -> {});
  }

  /** A token with something changed. */
  public String token(String service, Duration lifetime, Consumer<JwtClaims> change)
      throws JoseException {
    var signature = new JsonWebSignature();
    signature.setPayload(claims(service, lifetime, change).toJson());
    signature.setKey(key.getPrivateKey());
    signature.setKeyIdHeaderValue(key.getKeyId());
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    return signature.getCompactSerialization();
  }

  public JwtClaims claims(String service, Duration lifetime, Consumer<JwtClaims> change) {
    var now = Instant.now();
    var claims = new JwtClaims();
    claims.setIssuer(address().toString());
    claims.setAudience("muster-service");
    claims.setSubject("service:" + service);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(lifetime).getEpochSecond()));
    claims.setStringListClaim("groups", List.of("service"));
    change.accept(claims);
    return claims;
  }

  /** The key that it signs with; its public half is what a thief of documents would have. */
  public EllipticCurveJsonWebKey key() {
    return key;
  }

  private static EllipticCurveJsonWebKey newKey() throws JoseException {
    var key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
    key.setKeyId("key-" + System.nanoTime());
    return key;
  }

  private HttpServer serve() throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    http.createContext(
        "/services/.well-known/openid-configuration",
        exchange -> {
          var body =
              "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/jwks.json\"}".formatted(address(), address());
          answer(exchange, body);
        });
    http.createContext(
        "/services/jwks.json",
        exchange -> {
          fetches.incrementAndGet();
          answer(exchange, new JsonWebKeySet(key).toJson());
        });
    http.start();
    return http;
  }

  private void answer(com.sun.net.httpserver.HttpExchange exchange, String body)
      throws IOException {
    try (exchange) {
      if (away) {
        return;
      }
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
