package io.muster.registry.types;

import io.muster.contract.id.TypeId;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;

/** The table {@code device_type}. */
@ApplicationScoped
class DeviceTypeRepository implements PanacheRepositoryBase<DeviceTypeEntity, Integer> {

  Uni<DeviceTypeEntity> withId(int tenantKey, TypeId id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id.value()).firstResult();
  }

  /** Others wait until the transaction ends. */
  Uni<DeviceTypeEntity> locked(int tenantKey, TypeId id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id.value())
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult();
  }

  Uni<List<DeviceTypeEntity>> after(int tenantKey, String id, int count) {
    return find("tenantKey = ?1 and id > ?2 order by id", tenantKey, id).range(0, count - 1).list();
  }
}
