package io.muster.registry.provisioning;

import io.muster.contract.id.GroupId;
import io.muster.contract.id.TypeId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A row of {@code claim_token}. */
@Entity(name = "ClaimToken")
@Table(name = "claim_token")
class ClaimTokenEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Integer key;

  @Column(updatable = false)
  UUID id;

  @Column(name = "tenant_key", updatable = false)
  int tenantKey;

  @Column(updatable = false, columnDefinition = "text")
  String name;

  @Column(name = "token_sha256", updatable = false)
  byte[] tokenSha256;

  @Column(name = "max_uses", updatable = false)
  int maxUses;

  /** Changed by {@link ClaimTokenRepository#use} alone. */
  @Column(insertable = false, updatable = false)
  int uses;

  @Column(name = "not_after", updatable = false)
  Instant notAfter;

  @Column(name = "revoked_at")
  Instant revokedAt;

  @Column(name = "type_id", updatable = false)
  String typeId;

  @Column(name = "group_id", updatable = false)
  String groupId;

  @Column(updatable = false, columnDefinition = "_text")
  String[] tags;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  /** For Hibernate. */
  protected ClaimTokenEntity() {}

  boolean holds(Instant now) {
    return revokedAt == null && notAfter.isAfter(now);
  }

  /** The type that its devices get, or null. */
  TypeId type() {
    return typeId == null ? null : new TypeId(typeId);
  }

  /** The group that its devices join, or null. */
  GroupId group() {
    return groupId == null ? null : new GroupId(groupId);
  }

  /**
   * @param token what is shown this once, or null
   */
  ClaimTokenView view(String token, Instant now) {
    return new ClaimTokenView(
        id,
        name,
        token,
        state(now),
        maxUses,
        uses,
        notAfter,
        type(),
        group(),
        List.of(tags),
        createdAt);
  }

  private String state(Instant now) {
    if (revokedAt != null) {
      return "revoked";
    }
    if (!notAfter.isAfter(now)) {
      return "expired";
    }
    return uses < maxUses ? "active" : "used-up";
  }
}
