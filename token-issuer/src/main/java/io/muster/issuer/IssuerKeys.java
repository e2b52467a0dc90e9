package io.muster.issuer;

import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * The keys of an installation, kept in one Secret and made at its first start. They are never
 * replaced: what was signed by them is out there. Who wants others deletes the Secret.
 *
 * @param people signs people's tokens
 * @param services signs services' tokens, so that neither can vouch for the other's subjects
 * @param authority signs certificates
 */
record IssuerKeys(SigningKey people, SigningKey services, Authority authority) {
  private static final String PEOPLE = "people.jwk";
  private static final String SERVICES = "services.jwk";

  /**
   * Reads them, and makes them when there is no such Secret.
   *
   * @throws IOException when the API cannot be reached, or the Secret does not hold them
   */
  static IssuerKeys load(KubernetesSecrets secrets, String name, String instance, Clock clock)
      throws IOException {
    var stored = secrets.read(name);
    if (stored.isEmpty()) {
      // Whoever comes first makes them; what counts is what is stored.
      secrets.create(name, fresh(instance, clock));
      stored = secrets.read(name);
    }
    return of(name, stored.orElseThrow(() -> new IOException("the Secret " + name + " is gone")));
  }

  private static Map<String, String> fresh(String instance, Clock clock) {
    var fresh = new HashMap<>(Authority.fresh(instance, clock.instant()));
    fresh.put(PEOPLE, SigningKey.fresh());
    fresh.put(SERVICES, SigningKey.fresh());
    return fresh;
  }

  private static IssuerKeys of(String name, Map<String, String> stored) throws IOException {
    try {
      return new IssuerKeys(
          SigningKey.of(stored.getOrDefault(PEOPLE, "")),
          SigningKey.of(stored.getOrDefault(SERVICES, "")),
          Authority.of(
              stored.getOrDefault(Authority.CERTIFICATE, ""),
              stored.getOrDefault(Authority.KEY, "")));
    } catch (IllegalArgumentException unusable) {
      throw new IOException("the Secret " + name + " holds " + unusable.getMessage());
    }
  }
}
