package io.muster.registry.credentials;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;

/** A row of {@code credential}; never changed but for its first use. */
@Entity(name = "Credential")
@Table(name = "credential")
class CredentialEntity {
  private static final int PEM_LINE_CHARACTERS = 64;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Integer key;

  UUID id;

  @Column(name = "device_key")
  int deviceKey;

  String kind;

  @Column(name = "secret_sha256")
  byte[] secretSha256;

  @Column(name = "public_key")
  byte[] publicKey;

  String algorithm;

  @Column(name = "certificate_sha256")
  byte[] certificateSha256;

  @Column(name = "certificate_subject", columnDefinition = "text")
  String certificateSubject;

  /** The certificate's own end; null of one that was registered before that was kept. */
  @Column(name = "certificate_not_after")
  Instant certificateNotAfter;

  @Column(name = "not_before")
  Instant notBefore;

  @Column(name = "not_after")
  Instant notAfter;

  @Column(name = "first_used_at", insertable = false, updatable = false)
  Instant firstUsedAt;

  @Column(name = "authority_key")
  Integer authorityKey;

  boolean issued;

  @Column(name = "created_at")
  Instant createdAt;

  /** For Hibernate. */
  protected CredentialEntity() {}

  static CredentialEntity ofSecret(
      int deviceKey, GeneratedSecret secret, Validity validity, Instant now) {
    var credential = of(deviceKey, CredentialKind.SECRET, validity, now);
    credential.secretSha256 = secret.sha256();
    return credential;
  }

  static CredentialEntity ofKey(
      int deviceKey, KeyAlgorithm algorithm, byte[] publicKey, Validity validity, Instant now) {
    var credential = of(deviceKey, CredentialKind.JWT_KEY, validity, now);
    credential.algorithm = algorithm.label();
    credential.publicKey = publicKey;
    return credential;
  }

  static CredentialEntity ofCertificate(
      int deviceKey, RegisteredCertificate certificate, Validity validity, Instant now) {
    var credential = of(deviceKey, CredentialKind.CERTIFICATE, validity, now);
    credential.certificateSha256 = certificate.sha256();
    credential.certificateSubject = certificate.subject();
    credential.certificateNotAfter = certificate.notAfter();
    return credential;
  }

  private static CredentialEntity of(
      int deviceKey, CredentialKind kind, Validity validity, Instant now) {
    var credential = new CredentialEntity();
    credential.id = UUID.randomUUID();
    credential.deviceKey = deviceKey;
    credential.kind = kind.label();
    credential.notBefore = validity.notBefore();
    credential.notAfter = validity.notAfter();
    credential.createdAt = now;
    return credential;
  }

  boolean isCertificate() {
    return certificateSha256 != null;
  }

  /** Until when somebody could vouch for its certificate. */
  Instant certificateEnd() {
    return certificateNotAfter == null ? notAfter : certificateNotAfter;
  }

  boolean isSecret() {
    return CredentialKind.SECRET.label().equals(kind);
  }

  CredentialView view() {
    return view(null);
  }

  /**
   * @param secret what is shown this once, or null
   */
  CredentialView view(GeneratedSecret secret) {
    return new CredentialView(
        id,
        kind,
        algorithm == null ? null : KeyAlgorithm.read(algorithm),
        publicKey == null ? null : pem(),
        certificateSubject,
        certificateSha256 == null ? null : HexFormat.of().formatHex(certificateSha256),
        secret == null ? null : secret.text(),
        notBefore,
        notAfter,
        createdAt,
        firstUsedAt);
  }

  private String pem() {
    var base64 = Base64.getMimeEncoder(PEM_LINE_CHARACTERS, new byte[] {'\n'});
    return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
        .formatted(base64.encodeToString(publicKey));
  }
}
