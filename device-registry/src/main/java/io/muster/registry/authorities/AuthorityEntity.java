package io.muster.registry.authorities;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A row of {@code authority}. */
@Entity(name = "Authority")
@Table(name = "authority")
class AuthorityEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Integer key;

  @Column(updatable = false)
  UUID id;

  @Column(name = "tenant_key", updatable = false)
  int tenantKey;

  @Column(columnDefinition = "text")
  String name;

  @Column(updatable = false)
  byte[] certificate;

  @Column(updatable = false, columnDefinition = "text")
  String subject;

  @Column(name = "subject_sha256", updatable = false)
  byte[] subjectSha256;

  @Column(name = "key_sha256", updatable = false)
  byte[] keySha256;

  @Column(name = "not_before", updatable = false)
  Instant notBefore;

  @Column(name = "not_after", updatable = false)
  Instant notAfter;

  @Column(updatable = false)
  String code;

  @Column(name = "code_until", updatable = false)
  Instant codeUntil;

  @Column(name = "proven_at")
  Instant provenAt;

  @Column(name = "auto_provisioning")
  boolean autoProvisioning;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  /** For Hibernate. */
  protected AuthorityEntity() {}

  static AuthorityEntity create(int tenantKey, AuthorityCertificate certificate) {
    var authority = new AuthorityEntity();
    authority.id = UUID.randomUUID();
    authority.tenantKey = tenantKey;
    authority.certificate = certificate.der();
    authority.subject = certificate.subject();
    authority.subjectSha256 = certificate.subjectSha256();
    authority.keySha256 = certificate.keySha256();
    authority.notBefore = certificate.x509().getNotBefore().toInstant();
    authority.notAfter = certificate.x509().getNotAfter().toInstant();
    return authority;
  }

  boolean isProven() {
    return provenAt != null;
  }

  AuthorityView view() {
    return new AuthorityView(
        id,
        name,
        subject,
        isProven() ? "active" : "pending",
        isProven() ? null : code,
        isProven() ? null : codeUntil,
        autoProvisioning,
        notBefore,
        notAfter,
        createdAt,
        provenAt);
  }
}
