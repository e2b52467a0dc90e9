package io.muster.localstack.tokens;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.id.ServiceName;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;

/**
 * The local stack's two OpenID Connect issuers, {@code {base}/people} and {@code {base}/services},
 * each with a signing key of its own, so that neither can vouch for the other's subjects. It serves
 * their discovery documents and public keys on the loopback address; tokens are made by method
 * calls only, so that nothing on the machine can ask for one. Safe for use by several threads.
 */
public final class LocalIssuer implements AutoCloseable {
  /** The longest life of a service's token. */
  public static final Duration LONGEST_SERVICE_TOKEN = Duration.ofHours(1);

  private static final String PEOPLE_AUDIENCE = "muster-api";
  private static final String SERVICE_AUDIENCE = "muster-service";

  private final IssuerKey peopleKey;
  private final IssuerKey serviceKey;
  private final HttpServer server;
  private final ExecutorService threads;
  private final Clock clock;

  private LocalIssuer(Path keys, int port, Clock clock) throws IOException {
    this.peopleKey = IssuerKey.inFile(keys.resolve("people.jwk"));
    this.serviceKey = IssuerKey.inFile(keys.resolve("services.jwk"));
    this.clock = clock;
    this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    serve("/people", peopleIssuer(), peopleKey);
    serve("/services", serviceIssuer(), serviceKey);
    server.start();
  }

  /**
   * Starts it.
   *
   * @param keys the folder of the signing keys, made at the first start with mode 0600
   * @param port 0 for any free one
   * @throws IOException when the port is taken or the keys can be neither read nor made
   */
  public static LocalIssuer start(Path keys, int port) throws IOException {
    return start(keys, port, Clock.systemUTC());
  }

  /**
   * Starts it with a clock that decides the times in its tokens.
   *
   * @throws IOException as {@link #start(Path, int)}
   */
  public static LocalIssuer start(Path keys, int port, Clock clock) throws IOException {
    return new LocalIssuer(keys, port, clock);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** The issuer of people's tokens, audience {@code muster-api}. */
  public String peopleIssuer() {
    return base() + "/people";
  }

  /** The issuer of services' tokens, audience {@code muster-service}. */
  public String serviceIssuer() {
    return base() + "/services";
  }

  /**
   * A token for a person or a program.
   *
   * @param groups roles: {@code viewer}, {@code operator}, {@code admin}
   * @param tenants names, or {@code *} for the platform
   */
  public String mintPerson(
      String subject, Collection<String> groups, Collection<String> tenants, Duration lifetime) {
    var claims = claims(peopleIssuer(), subject, PEOPLE_AUDIENCE, lifetime);
    claims.setStringListClaim("groups", List.copyOf(groups));
    claims.setStringListClaim("muster_tenants", List.copyOf(tenants));
    return peopleKey.sign(claims);
  }

  /**
   * A token for a service; its subject is {@code service:{name}}.
   *
   * @throws IllegalArgumentException when the lifetime is more than an hour
   * @throws io.muster.contract.id.MalformedIdException when the name is no service's name
   */
  public String mintService(String name, Duration lifetime) {
    if (lifetime.compareTo(LONGEST_SERVICE_TOKEN) > 0) {
      throw new IllegalArgumentException("a service's token lives at most an hour");
    }
    var claims =
        claims(serviceIssuer(), new ServiceName(name).userName(), SERVICE_AUDIENCE, lifetime);
    claims.setStringListClaim("groups", List.of("service"));
    return serviceKey.sign(claims);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private String base() {
    return "http://127.0.0.1:" + port();
  }

  private JwtClaims claims(String issuer, String subject, String audience, Duration lifetime) {
    var now = clock.instant();
    var claims = new JwtClaims();
    claims.setIssuer(issuer);
    claims.setSubject(subject);
    claims.setAudience(audience);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(lifetime).getEpochSecond()));
    claims.setJwtId(UUID.randomUUID().toString());
    return claims;
  }

  private void serve(String path, String issuer, IssuerKey key) {
    server.createContext(
        path + "/.well-known/openid-configuration",
        exchange -> answer(exchange, discovery(issuer)));
    server.createContext(path + "/jwks.json", exchange -> answer(exchange, key.publicKeySet()));
  }

  /** OpenID Connect Discovery 1.0 §3, as far as a resource server reads it. */
  private static String discovery(String issuer) {
    return """
        {"issuer":"%1$s","jwks_uri":"%1$s/jwks.json","response_types_supported":["token"],\
        "subject_types_supported":["public"],\
        "id_token_signing_alg_values_supported":["ES256"]}"""
        .formatted(issuer);
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      var bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
