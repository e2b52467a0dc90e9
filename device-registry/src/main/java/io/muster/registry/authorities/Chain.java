package io.muster.registry.authorities;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.registry.CertificateBounds;
import io.muster.contract.registry.CredentialProof;
import io.muster.registry.credentials.CertificateText;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The certificates that a client showed, its own first. Nothing is fetched and nobody is asked: the
 * one anchor is the tenant's authority, and what was revoked the registry knows itself.
 *
 * @param certificates not yet believed
 */
record Chain(List<X509Certificate> certificates) {

  /** Empty when one cannot be read, or has a key that would cost too much. */
  static Optional<Chain> read(CredentialProof.Certificate proof) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (var base64 : proof.chain()) {
        var certificate = CertificateText.decoded(Base64.getDecoder().decode(base64));
        if (!CertificateBounds.allows(certificate.getPublicKey())) {
          return Optional.empty();
        }
        certificates.add(certificate);
      }
      return Optional.of(new Chain(certificates));
    } catch (UnfitCertificateException | IllegalArgumentException unreadable) {
      return Optional.empty();
    }
  }

  X509Certificate own() {
    return certificates.getFirst();
  }

  /** By what authorities that might vouch are found. */
  List<byte[]> issuers() {
    return certificates.stream()
        .map(it -> AuthorityCertificate.nameSha256(it.getIssuerX500Principal()))
        .toList();
  }

  /** What the client's own certificate is about; empty when that is nothing or several things. */
  Optional<String> commonName() {
    return CommonName.of(own().getSubjectX500Principal());
  }

  /** The device that the client's own certificate is about; empty when it names none. */
  Optional<DeviceId> device() {
    try {
      return commonName().map(DeviceId::new);
    } catch (MalformedIdException none) {
      return Optional.empty();
    }
  }

  boolean isOver(Instant now) {
    return own().getNotAfter().before(Date.from(now));
  }

  /**
   * Whether an authority vouches for the client's own certificate, as one that a TLS client may
   * show (RFC 5280 §6.1).
   */
  boolean isVouchedBy(AuthorityCertificate authority, Instant now) {
    try {
      var anchor = authority.x509();
      anchor.checkValidity(Date.from(now));
      CertificateText.requireUse(own());
      var path = below(anchor);
      var most = anchor.getBasicConstraints();
      // The validator does not look at the constraints of an anchor.
      if (path.isEmpty() || path.size() - 1 > most || own().getBasicConstraints() >= 0) {
        return false;
      }
      var parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return true;
    } catch (GeneralSecurityException | UnfitCertificateException refused) {
      return false;
    }
  }

  /** The path up to the authority, which the client may show as well or leave out. */
  private List<X509Certificate> below(X509Certificate anchor) {
    List<X509Certificate> path = new ArrayList<>();
    for (var certificate : certificates) {
      if (certificate.equals(anchor)) {
        break;
      }
      path.add(certificate);
      if (certificate.getIssuerX500Principal().equals(anchor.getSubjectX500Principal())) {
        break;
      }
    }
    return path;
  }
}
