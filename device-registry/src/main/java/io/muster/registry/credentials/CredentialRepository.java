package io.muster.registry.credentials;

import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The table {@code credential}. */
@ApplicationScoped
class CredentialRepository implements PanacheRepositoryBase<CredentialEntity, Integer> {

  Uni<List<CredentialEntity>> ofDevice(int deviceKey) {
    return list("deviceKey = ?1 order by createdAt, key", deviceKey);
  }

  Uni<CredentialEntity> ofDevice(int deviceKey, UUID id) {
    return find("deviceKey = ?1 and id = ?2", deviceKey, id).firstResult();
  }

  /** Locked against its first use. */
  Uni<CredentialEntity> locked(int deviceKey, UUID id) {
    return find("deviceKey = ?1 and id = ?2", deviceKey, id)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult();
  }

  Uni<Long> dropExpired(int deviceKey, Instant now) {
    return delete("deviceKey = ?1 and notAfter <= ?2", deviceKey, now);
  }
}
