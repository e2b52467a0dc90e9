package io.muster.registry.groups;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.GroupId;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;

/** The tables {@code device_group} and {@code device_group_member}. */
@ApplicationScoped
class GroupRepository implements PanacheRepositoryBase<GroupEntity, Integer> {
  private static final String ADD =
      "INSERT INTO device_group_member (group_key, device_key)"
          + " SELECT ?1, d.key FROM device d WHERE d.tenant_key = ?2 AND d.id = ANY(?3)"
          + " ON CONFLICT DO NOTHING";
  private static final String REMOVE =
      "DELETE FROM device_group_member m USING device d"
          + " WHERE m.group_key = ?1 AND d.key = m.device_key"
          + " AND d.tenant_key = ?2 AND d.id = ANY(?3)";
  private static final String COUNT_MEMBERS =
      "SELECT count(*) FROM device_group_member WHERE group_key = ?1";
  // Those that are there stay until the commit, so that their rows can refer to them.
  private static final String KNOWN =
      "SELECT d.id FROM device d WHERE d.tenant_key = ?1 AND d.id = ANY(?2)"
          + " ORDER BY d.key FOR KEY SHARE";

  Uni<GroupEntity> withId(int tenantKey, GroupId id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id.value()).firstResult();
  }

  /** Others wait until the transaction ends. */
  Uni<GroupEntity> locked(int tenantKey, GroupId id) {
    return find("tenantKey = ?1 and id = ?2", tenantKey, id.value())
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResult();
  }

  Uni<List<GroupEntity>> after(int tenantKey, String id, int count) {
    return find("tenantKey = ?1 and id > ?2 order by id", tenantKey, id).range(0, count - 1).list();
  }

  /** Those of the devices that exist. */
  Uni<List<String>> known(int tenantKey, Collection<DeviceId> devices) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(KNOWN, String.class)
                    .setParameter(1, tenantKey)
                    .setParameter(2, ids(devices))
                    .getResultList());
  }

  /** How many were none before. */
  Uni<Integer> addMembers(GroupEntity group, Collection<DeviceId> devices) {
    return write(ADD, group, devices);
  }

  /** How many were there. */
  Uni<Integer> removeMembers(GroupEntity group, Collection<DeviceId> devices) {
    return write(REMOVE, group, devices);
  }

  /** How many it has, with those of this transaction. */
  Uni<Long> countMembers(GroupEntity group) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(COUNT_MEMBERS, Long.class)
                    .setParameter(1, group.key)
                    .getSingleResult());
  }

  Uni<Integer> removeAllMembers(GroupEntity group) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery("DELETE FROM device_group_member WHERE group_key = ?1")
                    .setParameter(1, group.key)
                    .executeUpdate());
  }

  private static Uni<Integer> write(String sql, GroupEntity group, Collection<DeviceId> devices) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(sql)
                    .setParameter(1, group.key)
                    .setParameter(2, group.tenantKey)
                    .setParameter(3, ids(devices))
                    .executeUpdate());
  }

  private static String[] ids(Collection<DeviceId> devices) {
    return devices.stream().map(DeviceId::value).toArray(String[]::new);
  }
}
