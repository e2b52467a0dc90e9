package io.muster.registry.devices;

import io.muster.contract.id.DeviceId;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** The table {@code device}. */
@ApplicationScoped
class DeviceRepository implements PanacheRepositoryBase<DeviceEntity, Integer> {
  private static final String WITH_GATEWAY =
      "from Device d left join fetch d.gateway left join fetch d.type ";

  Uni<DeviceEntity> withId(int tenantKey, DeviceId id) {
    return find(WITH_GATEWAY + "where d.tenantKey = ?1 and d.id = ?2", tenantKey, id.value())
        .firstResult();
  }

  /** Deletes some, with all that belongs to them. */
  Uni<Integer> deleteAll(int tenantKey, Collection<String> ids) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery("DELETE FROM device WHERE tenant_key = ?1 AND id = ANY(?2)")
                    .setParameter(1, tenantKey)
                    .setParameter(2, ids.toArray(String[]::new))
                    .executeUpdate());
  }

  Uni<List<String>> idsAfter(int tenantKey, String id, int count) {
    return find(
            "select d.id from Device d where d.tenantKey = ?1 and d.id > ?2 order by d.id",
            tenantKey,
            id)
        .project(String.class)
        .range(0, count - 1)
        .list();
  }

  /** For an update: others wait until the transaction ends. Gateway and type are loaded as well. */
  Uni<DeviceEntity> locked(int tenantKey, DeviceId id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id.value())
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult()
        .call(device -> device == null ? Uni.createFrom().nullItem() : fetchWhatItNames(device));
  }

  /**
   * For a deletion: also keeps out who is about to put a device behind this one, whose foreign key
   * wants a share of the row ({@code FOR UPDATE}; Hibernate's own lock lets that pass).
   */
  Uni<DeviceEntity> lockedForRemoval(int tenantKey, DeviceId id) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(
                        "SELECT key FROM device WHERE tenant_key = ?1 AND id = ?2 FOR UPDATE",
                        Integer.class)
                    .setParameter(1, tenantKey)
                    .setParameter(2, id.value())
                    .getSingleResultOrNull()
                    .chain(key -> key == null ? Uni.createFrom().nullItem() : findById(key)));
  }

  /** In the order of their ids; locked. */
  Uni<List<DeviceEntity>> behind(DeviceEntity gateway) {
    return find("gateway = ?1 order by id", gateway)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .list();
  }

  private static Uni<Void> fetchWhatItNames(DeviceEntity device) {
    return fetch(device.gateway).chain(() -> fetch(device.type));
  }

  private static Uni<Void> fetch(Object named) {
    return named == null ? Uni.createFrom().voidItem() : Mutiny.fetch(named).replaceWithVoid();
  }
}
