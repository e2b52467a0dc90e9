package io.muster.broker.accounts;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of the service issuer, found by OpenID Connect Discovery 1.0 §4 and kept. While
 * the issuer is away the last keys go on being used; a key that it withdrew is gone with the next
 * fetch. Fetches are single and spaced, so that strangers cannot make the broker flood the issuer.
 * Thread-safe; a fetch blocks its caller for at most twice the timeout.
 */
final class IssuerKeys {
  /** Far beyond any real document; a wrong address must not fill the memory. */
  private static final int MAX_DOCUMENT_BYTES = 256 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

  private final TokenRules rules;
  private final Clock clock;
  private final HttpClient http;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile Snapshot snapshot = new Snapshot(List.of(), Instant.MIN, Instant.MIN);

  /**
   * @param keys as last fetched
   * @param fetchedAt when they were
   * @param triedAt when the last try ended
   */
  record Snapshot(List<JsonWebKey> keys, Instant fetchedAt, Instant triedAt) {
    boolean isEmpty() {
      return keys.isEmpty();
    }

    /** Whether the last try succeeded. */
    boolean isUpToDate() {
      return !keys.isEmpty() && fetchedAt.equals(triedAt);
    }
  }

  IssuerKeys(TokenRules rules, Clock clock) {
    this.rules = rules;
    this.clock = clock;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(rules.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  boolean areKnown() {
    return !snapshot.isEmpty();
  }

  /** The keys as they are; fetched when there are none yet. */
  Snapshot current() {
    return snapshot.isEmpty() ? refreshed() : snapshot;
  }

  /** Fetches the keys when they are old; called regularly, so that no connect waits for it. */
  void refreshWhenOld() {
    var old = snapshot.fetchedAt().isBefore(clock.instant().minus(rules.keyRefresh()));
    // Whoever fetches already does it for this caller too, which must not queue up behind it.
    if (old && fetching.tryLock()) {
      try {
        fetchUnlessJustTried();
      } finally {
        fetching.unlock();
      }
    }
  }

  /** The keys, fetched anew unless that was tried a moment ago. */
  Snapshot refreshed() {
    fetching.lock();
    try {
      fetchUnlessJustTried();
      return snapshot;
    } finally {
      fetching.unlock();
    }
  }

  private void fetchUnlessJustTried() {
    if (snapshot.triedAt().isBefore(clock.instant().minus(rules.keyRetry()))) {
      snapshot = fetch();
    }
  }

  /** Stamped at its end: a fetch may take longer than the time between two. */
  private Snapshot fetch() {
    try {
      var keys = new JsonWebKeySet(get(jwksAddress())).getJsonWebKeys();
      if (keys.isEmpty()) {
        throw new IOException("the issuer has no keys");
      }
      var now = clock.instant();
      return new Snapshot(List.copyOf(keys), now, now);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Snapshot(snapshot.keys(), snapshot.fetchedAt(), clock.instant());
    } catch (IOException | JoseException | IllegalArgumentException failed) {
      LOG.warn(
          "cannot fetch the keys of {}: {}; {}",
          rules.issuer(),
          failed.toString(),
          snapshot.isEmpty() ? "nobody can connect" : "going on with the last ones");
      return new Snapshot(snapshot.keys(), snapshot.fetchedAt(), clock.instant());
    }
  }

  private URI jwksAddress() throws IOException, InterruptedException, JoseException {
    var issuer = rules.issuer().toString();
    var base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    var document = JsonUtil.parseJson(get(URI.create(base + "/.well-known/openid-configuration")));
    // OpenID Connect Discovery 1.0 §4.3: it must be the issuer that was asked for.
    if (!issuer.equals(document.get("issuer"))) {
      throw new IOException("the discovery document is of issuer " + document.get("issuer"));
    }
    if (document.get("jwks_uri") instanceof String address) {
      return URI.create(address);
    }
    throw new IOException("the discovery document has no jwks_uri");
  }

  private String get(URI address) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(address).timeout(rules.timeout()).GET().build();
    var answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (var body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw new IOException("%s answered %d".formatted(address, answer.statusCode()));
      }
      var bytes = body.readNBytes(MAX_DOCUMENT_BYTES + 1);
      if (bytes.length > MAX_DOCUMENT_BYTES) {
        throw new IOException(address + " answered more than " + MAX_DOCUMENT_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
