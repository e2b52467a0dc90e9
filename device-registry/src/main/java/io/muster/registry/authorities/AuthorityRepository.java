package io.muster.registry.authorities;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The table {@code authority}. */
@ApplicationScoped
class AuthorityRepository implements PanacheRepositoryBase<AuthorityEntity, Integer> {
  /** A device's credential that an authority vouched for. */
  record Vouched(int key, String device, UUID credential) {}

  private static final String VOUCHED =
      "SELECT c.key, d.id, c.id AS credential FROM credential c JOIN device d ON d.key ="
          + " c.device_key WHERE c.authority_key = ?1 AND c.key > ?2 ORDER BY c.key LIMIT ?3";

  Uni<List<AuthorityEntity>> ofTenant(int tenantKey) {
    return list("tenantKey = ?1 order by createdAt, key", tenantKey);
  }

  Uni<AuthorityEntity> ofTenant(int tenantKey, UUID id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id).firstResult();
  }

  /** Others wait until the transaction ends, whoever is about to be vouched for among them. */
  Uni<AuthorityEntity> locked(int tenantKey, UUID id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult();
  }

  /** Kept from being changed or deleted until the transaction ends; null when it is gone. */
  Uni<AuthorityEntity> held(int key) {
    return find("key", key).withLock(LockModeType.PESSIMISTIC_READ).firstResult();
  }

  /** Whether somebody has shown already that he holds this key. */
  Uni<Boolean> isProven(byte[] keySha256) {
    return count("keySha256 = ?1 and provenAt is not null", keySha256).map(count -> count > 0);
  }

  Uni<Long> dropLapsed(int tenantKey, Instant now) {
    return delete("tenantKey = ?1 and provenAt is null and codeUntil <= ?2", tenantKey, now);
  }

  /** Credentials that it vouched for, those after one. */
  Uni<List<Vouched>> vouchedAfter(int key, int credentialKey, int count) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(VOUCHED, Object[].class)
                    .setParameter(1, key)
                    .setParameter(2, credentialKey)
                    .setParameter(3, count)
                    .getResultList())
        .map(
            found ->
                found.stream()
                    .map(row -> new Vouched((Integer) row[0], (String) row[1], (UUID) row[2]))
                    .toList());
  }
}
