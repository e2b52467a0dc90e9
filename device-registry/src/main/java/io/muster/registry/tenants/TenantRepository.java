package io.muster.registry.tenants;

import io.muster.contract.id.TenantId;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;

/** The table {@code tenant}. */
@ApplicationScoped
class TenantRepository implements PanacheRepositoryBase<TenantEntity, Integer> {

  Uni<TenantEntity> withId(TenantId id) {
    return find("id", id.value()).firstResult();
  }

  /** Others wait until the transaction ends. */
  Uni<TenantEntity> locked(TenantId id) {
    return find("id", id.value()).withLock(LockModeType.PESSIMISTIC_WRITE).firstResult();
  }

  Uni<List<TenantEntity>> after(String id, int count) {
    return find("id > ?1 order by id", id).range(0, count - 1).list();
  }

  Uni<List<TenantEntity>> after(String id, Collection<String> among, int count) {
    return find("id > ?1 and id in ?2 order by id", id, among).range(0, count - 1).list();
  }

  /** Counts one device more, unless there are as many as allowed. Locks the row. */
  Uni<Boolean> countUp(int key, int atMost) {
    return update("deviceCount = deviceCount + 1 where key = ?1 and deviceCount < ?2", key, atMost)
        .map(rows -> rows == 1);
  }

  /** Does nothing at 0: then the device that is to go is not there. Locks the row otherwise. */
  Uni<Integer> countDown(int key) {
    return update("deviceCount = deviceCount - 1 where key = ?1 and deviceCount > 0", key);
  }
}
