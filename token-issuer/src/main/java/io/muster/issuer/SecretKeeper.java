package io.muster.issuer;

import io.muster.contract.id.ServiceName;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Makes the Secrets of an installation and renews what ends. Each round looks at what is stored, so
 * that a Secret that somebody deleted is there again with the next one. For one thread.
 */
final class SecretKeeper {
  /** The longest that a service's token may live. */
  static final Duration SERVICE_TOKEN = Duration.ofHours(1);

  static final Duration ADMINISTRATOR_TOKEN = Duration.ofHours(12);
  static final String TOKEN = "token";

  private static final System.Logger LOG = System.getLogger(SecretKeeper.class.getName());
  private static final int PASSWORD_BYTES = 24;

  private final IssuerSettings settings;
  private final KubernetesSecrets secrets;
  private final IssuerKeys keys;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  SecretKeeper(IssuerSettings settings, KubernetesSecrets secrets, IssuerKeys keys, Clock clock) {
    this.settings = settings;
    this.secrets = secrets;
    this.keys = keys;
    this.clock = clock;
  }

  /** One step of a round. */
  private interface Step {
    void run() throws IOException;
  }

  /**
   * Looks at all of them.
   *
   * @return whether all are good now; what failed is logged and tried again in the next round, and
   *     keeps no other from being renewed
   */
  boolean round() {
    var good = true;
    for (var name : settings.authority().stream().toList()) {
      good &= succeeds(name, () -> keepAuthority(name));
    }
    for (var password : settings.passwords().entrySet()) {
      good &=
          succeeds(password.getKey(), () -> keepPasswords(password.getKey(), password.getValue()));
    }
    for (var certificate : settings.certificates().entrySet()) {
      good &=
          succeeds(
              certificate.getKey(),
              () -> keepCertificate(certificate.getKey(), certificate.getValue()));
    }
    for (var token : settings.tokens().entrySet()) {
      good &= succeeds(token.getValue(), () -> keepServiceToken(token.getKey(), token.getValue()));
    }
    for (var name : settings.administrator().stream().toList()) {
      good &= succeeds(name, () -> keepAdministratorToken(name));
    }
    return good;
  }

  private static boolean succeeds(String name, Step step) {
    try {
      step.run();
      return true;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} is not up to date: {1}", name, e.getMessage());
      return false;
    }
  }

  private void keepAuthority(String name) throws IOException {
    var certificate = keys.authority().pem();
    if (!certificate.equals(value(name, Authority.AUTHORITY))) {
      secrets.set(name, Map.of(Authority.AUTHORITY, certificate));
    }
  }

  private void keepPasswords(String name, List<String> users) throws IOException {
    var stored = secrets.read(name).orElse(Map.of());
    var missing = new HashMap<String, String>();
    for (var user : users) {
      if (!stored.containsKey(user)) {
        missing.put(user, password());
      }
    }
    if (!missing.isEmpty()) {
      secrets.set(name, missing);
    }
  }

  private void keepCertificate(String name, List<String> names) throws IOException {
    var now = clock.instant();
    if (!keys.authority().isGood(secrets.read(name).orElse(Map.of()), names, now)) {
      secrets.set(name, keys.authority().sign(names, now));
      LOG.log(System.Logger.Level.INFO, "{0} has a new certificate", name);
    }
  }

  private void keepServiceToken(ServiceName service, String name) throws IOException {
    keepToken(
        name,
        keys.services(),
        settings.serviceIssuer(),
        SERVICE_TOKEN,
        () ->
            keys.services()
                .sign(
                    settings.serviceIssuer(),
                    service.userName(),
                    "muster-service",
                    clock.instant(),
                    SERVICE_TOKEN,
                    Map.of("groups", List.of("service"))));
  }

  private void keepAdministratorToken(String name) throws IOException {
    keepToken(
        name,
        keys.people(),
        settings.peopleIssuer(),
        ADMINISTRATOR_TOKEN,
        () ->
            keys.people()
                .sign(
                    settings.peopleIssuer(),
                    "administrator",
                    "muster-api",
                    clock.instant(),
                    ADMINISTRATOR_TOKEN,
                    Map.of("groups", List.of("admin"), "muster_tenants", List.of("*"))));
  }

  /** Half of a token's life is left to try again, and for the nodes to hear of the new one. */
  private void keepToken(
      String name, SigningKey key, String issuer, Duration lifetime, Supplier<String> mint)
      throws IOException {
    var stored = value(name, TOKEN);
    if (!key.isGood(stored, issuer, clock.instant(), lifetime.dividedBy(2))) {
      secrets.set(name, Map.of(TOKEN, mint.get()));
    }
  }

  private String value(String name, String key) throws IOException {
    return secrets.read(name).orElse(Map.of()).getOrDefault(key, "");
  }

  private String password() {
    var bytes = new byte[PASSWORD_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
