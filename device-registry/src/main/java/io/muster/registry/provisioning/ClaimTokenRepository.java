package io.muster.registry.provisioning;

import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The table {@code claim_token}. */
@ApplicationScoped
class ClaimTokenRepository implements PanacheRepositoryBase<ClaimTokenEntity, Integer> {

  Uni<List<ClaimTokenEntity>> after(int tenantKey, int key, int count) {
    return find("tenantKey = ?1 and key > ?2 order by key", tenantKey, key)
        .range(0, count - 1)
        .list();
  }

  Uni<ClaimTokenEntity> ofTenant(int tenantKey, UUID id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id).firstResult();
  }

  Uni<ClaimTokenEntity> locked(int tenantKey, UUID id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult();
  }

  /** By what its holder shows. */
  Uni<ClaimTokenEntity> shown(int tenantKey, byte[] sha256) {
    return find("tenantKey = ?1 and tokenSha256 = ?2", tenantKey, sha256).firstResult();
  }

  Uni<Long> countHolding(int tenantKey, Instant now) {
    return count("tenantKey = ?1 and revokedAt is null and notAfter > ?2", tenantKey, now);
  }

  Uni<Long> dropOver(int tenantKey, Instant before) {
    return delete(
        "tenantKey = ?1 and (notAfter <= ?2 or revokedAt is not null and revokedAt <= ?2)",
        tenantKey,
        before);
  }

  /** Uses it once more; false when it was used up or revoked in the meantime. */
  Uni<Boolean> use(int key) {
    return update("uses = uses + 1 where key = ?1 and uses < maxUses and revokedAt is null", key)
        .map(rows -> rows == 1);
  }
}
