package io.muster.registry.authorities;

import io.muster.registry.credentials.CertificateText;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** Reads the certificates in requests about authorities; 422 for what is none. Stateless. */
final class AuthorityPem {
  private AuthorityPem() {}

  /** An authority's. */
  static AuthorityCertificate certificate(String pem, Instant now) {
    try {
      return AuthorityCertificate.read(required(pem), now);
    } catch (UnfitCertificateException unfit) {
      throw AuthorityRefusals.wrong(unfit.getMessage());
    }
  }

  /** Any. */
  static X509Certificate decoded(String pem) {
    try {
      return CertificateText.decoded(required(pem));
    } catch (UnfitCertificateException unfit) {
      throw AuthorityRefusals.wrong(unfit.getMessage());
    }
  }

  private static String required(String pem) {
    if (pem == null) {
      throw AuthorityRefusals.wrong("must be given");
    }
    return pem;
  }
}
