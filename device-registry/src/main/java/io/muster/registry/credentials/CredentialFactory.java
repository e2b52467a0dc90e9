package io.muster.registry.credentials;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** Makes a credential of what somebody asks for. Thread-safe. */
@ApplicationScoped
class CredentialFactory {
  private final SecureRandom random = new SecureRandom();
  private final Clock clock;

  CredentialFactory(Clock clock) {
    this.clock = clock;
  }

  /**
   * @param credential not yet stored
   * @param secret to be shown this once; null for all but a secret
   */
  record Issued(CredentialEntity credential, GeneratedSecret secret) {}

  Issued issue(int deviceKey, CredentialBody body) {
    var now = now();
    var validity = Validity.of(body, now);
    return switch (body) {
      case CredentialBody.Secret _ -> {
        var secret = GeneratedSecret.draw(random);
        yield new Issued(CredentialEntity.ofSecret(deviceKey, secret, validity, now), secret);
      }
      case CredentialBody.JwtKey key -> {
        var der = publicKey(key);
        yield new Issued(
            CredentialEntity.ofKey(deviceKey, key.algorithm(), der, validity, now), null);
      }
      case CredentialBody.Certificate given -> {
        var certificate = certificate(given);
        yield new Issued(
            CredentialEntity.ofCertificate(
                deviceKey, certificate, validity.within(certificate, now), now),
            null);
      }
    };
  }

  Instant now() {
    return clock.instant();
  }

  private static byte[] publicKey(CredentialBody.JwtKey key) {
    if (key.algorithm() == null) {
      throw wrong("/algorithm", "must be given: ES256, EdDSA or RS256");
    }
    if (key.publicKey() == null || key.publicKey().isNull()) {
      throw wrong("/publicKey", "must be given");
    }
    try {
      return PublicKeyText.read(key.publicKey(), key.algorithm());
    } catch (PublicKeyText.UnfitKeyException unfit) {
      throw wrong("/publicKey", unfit.getMessage());
    }
  }

  private static RegisteredCertificate certificate(CredentialBody.Certificate given) {
    if (given.certificate() == null) {
      throw wrong("/certificate", "must be given");
    }
    try {
      return CertificateText.read(given.certificate());
    } catch (CertificateText.UnfitCertificateException unfit) {
      throw wrong("/certificate", unfit.getMessage());
    }
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
