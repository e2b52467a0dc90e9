package io.muster.registry.groups;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.event.RegistryEvent.GroupChanged;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.events.Changes;
import io.muster.registry.events.Changes.Outcome;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.json.MergePatch;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;

/** The groups of a tenant. Changes of one follow one another. Thread-safe. */
@ApplicationScoped
public class Groups {
  private final GroupRepository rows;
  private final GroupFilters filters;
  private final Tenants tenants;
  private final Changes changes;
  private final RegistryOutbox outbox;
  private final GroupLimits limits;
  private final MergePatch mergePatch;
  private final Clock clock;

  Groups(
      GroupRepository rows,
      GroupFilters filters,
      Tenants tenants,
      Changes changes,
      RegistryOutbox outbox,
      GroupLimits limits,
      MergePatch mergePatch,
      Clock clock) {
    this.rows = rows;
    this.filters = filters;
    this.tenants = tenants;
    this.changes = changes;
    this.outbox = outbox;
    this.limits = limits;
    this.mergePatch = mergePatch;
    this.clock = clock;
  }

  Uni<GroupRepresentation> create(TenantId tenantId, GroupBody body) {
    if (body.id() == null) {
      throw wrong("/id", "must be given");
    }
    filters.check(body.filter());
    return changes
        .audited(
            _ -> entry("group-created", tenantId, body.id()),
            () ->
                tenants
                    .requireLocked(tenantId)
                    .chain(tenant -> insert(tenant, body))
                    .call(() -> tell(tenantId, body.id())))
        .onFailure(failure -> BrokenConstraint.unique(failure, "device_group_id_is_unique"))
        .transform(_ -> exists(body.id()))
        .map(GroupEntity::representation);
  }

  Uni<GroupRepresentation> read(TenantId tenantId, GroupId id) {
    return changes
        .reading(() -> tenants.require(tenantId).chain(tenant -> require(tenant.key(), id)))
        .map(GroupEntity::representation);
  }

  Uni<Page<GroupRepresentation>> list(TenantId tenantId, Cursor cursor, int limit) {
    return changes
        .reading(
            () ->
                tenants
                    .require(tenantId)
                    .chain(tenant -> rows.after(tenant.key(), cursor.after(), limit + 1)))
        .map(found -> Page.of(found, limit, it -> it.id, GroupEntity::representation));
  }

  Uni<GroupRepresentation> replace(TenantId tenantId, GroupId id, GroupBody body, IfMatch ifMatch) {
    return update(tenantId, id, ifMatch, _ -> body);
  }

  Uni<GroupRepresentation> patch(TenantId tenantId, GroupId id, ObjectNode patch, IfMatch ifMatch) {
    return update(tenantId, id, ifMatch, it -> mergePatch.apply(it.body(), patch, GroupBody.class));
  }

  Uni<Void> delete(TenantId tenantId, GroupId id, IfMatch ifMatch) {
    return changes.audited(
        _ -> entry("group-deleted", tenantId, id),
        () ->
            locked(tenantId, id)
                .invoke(group -> ifMatch.check(group.version))
                .chain(rows::delete)
                .chain(() -> tell(tenantId, id)));
  }

  Uni<GroupRepresentation> changeMembers(TenantId tenantId, GroupId id, MembersChange change) {
    return changes
        .auditedIfChanged(
            entry("group-members-changed", tenantId, id),
            () ->
                locked(tenantId, id)
                    .invoke(Groups::requireStatic)
                    .call(group -> requireDevices(group, change))
                    .chain(group -> apply(tenantId, group, change)))
        .map(GroupEntity::representation);
  }

  /** Fails with 404 when there is no such group, or no such tenant. */
  public Uni<Void> requireThere(TenantId tenantId, GroupId id) {
    return read(tenantId, id).replaceWithVoid();
  }

  /** Fails with 422 when a tenant has no such static group. */
  public Uni<Void> requireStatic(TenantEntity tenant, GroupId id) {
    return rows.withId(tenant.key(), id)
        .invoke(
            group -> {
              if (group == null || group.isDynamic()) {
                throw wrong("/group", "is no static group of this tenant");
              }
            })
        .replaceWithVoid();
  }

  /** Puts a device into a static group, in the current transaction. */
  public Uni<Void> join(TenantId tenantId, GroupId id, DeviceId device) {
    return locked(tenantId, id)
        .invoke(Groups::requireStatic)
        .call(group -> apply(tenantId, group, new MembersChange(List.of(device), List.of())))
        .replaceWithVoid();
  }

  private Uni<Outcome<GroupEntity>> apply(
      TenantId tenantId, GroupEntity group, MembersChange change) {
    return rows.addMembers(group, change.add())
        .chain(
            added ->
                rows.removeMembers(group, change.remove())
                    .invoke(removed -> group.moved(added - removed))
                    .call(() -> added == 0 ? Uni.createFrom().voidItem() : requireRoom(group))
                    .map(removed -> added + removed))
        .chain(
            moved -> {
              if (moved == 0) {
                return Uni.createFrom().item(new Outcome<>(group, false));
              }
              group.changed(clock.instant());
              return tell(tenantId, group.groupId()).replaceWith(new Outcome<>(group, true));
            });
  }

  /** Its lock is held, so nobody else adds any. */
  private Uni<Void> requireRoom(GroupEntity group) {
    if (group.isSurelyWithin(limits.maxMembers())) {
      return Uni.createFrom().voidItem();
    }
    return rows.countMembers(group)
        .invoke(count -> requireAtMost(limits.maxMembers(), count, "members of a group"))
        .invoke(count -> group.counted(count.intValue()))
        .replaceWithVoid();
  }

  private static void requireAtMost(int most, long count, String what) {
    if (count > most) {
      throw new Refusal.LimitReached(what, most).asException();
    }
  }

  private Uni<Void> requireDevices(GroupEntity group, MembersChange change) {
    return rows.known(group.tenantKey, change.add())
        .invoke(
            found -> {
              var known = new HashSet<>(found);
              for (int i = 0; i < change.add().size(); i++) {
                if (!known.contains(change.add().get(i).value())) {
                  throw wrong("/add/" + i, "is no device of this tenant");
                }
              }
            })
        .replaceWithVoid();
  }

  private Uni<GroupRepresentation> update(
      TenantId tenantId, GroupId id, IfMatch ifMatch, Function<GroupEntity, GroupBody> change) {
    return changes
        .auditedIfChanged(
            entry("group-updated", tenantId, id),
            () -> locked(tenantId, id).chain(group -> apply(tenantId, group, ifMatch, change)))
        .map(GroupEntity::representation);
  }

  private Uni<Outcome<GroupEntity>> apply(
      TenantId tenantId,
      GroupEntity group,
      IfMatch ifMatch,
      Function<GroupEntity, GroupBody> change) {
    ifMatch.check(group.version);
    var body = change.apply(group);
    if (body.id() != null && !body.id().equals(group.groupId())) {
      throw wrong("/id", "cannot be changed");
    }
    if (group.isDynamic() != (body.filter() != null)) {
      // Whoever becomes dynamic would lose its members without anybody having said so.
      throw wrong("/filter", "cannot be given to a static group nor taken from a dynamic one");
    }
    filters.check(body.filter());
    return group.update(body, clock.instant())
        ? tell(tenantId, group.groupId()).replaceWith(new Outcome<>(group, true))
        : Uni.createFrom().item(new Outcome<>(group, false));
  }

  private Uni<GroupEntity> insert(TenantEntity tenant, GroupBody body) {
    return rows.withId(tenant.key(), body.id())
        .onItem()
        .ifNotNull()
        .failWith(() -> exists(body.id()))
        .chain(() -> rows.count("tenantKey", tenant.key()))
        .invoke(count -> requireAtMost(limits.maxPerTenant(), count + 1, "groups"))
        .chain(() -> rows.persistAndFlush(GroupEntity.create(tenant.key(), body, clock.instant())));
  }

  private Uni<GroupEntity> require(int tenantKey, GroupId id) {
    return rows.withId(tenantKey, id).onItem().ifNull().failWith(() -> absent(id));
  }

  private Uni<GroupEntity> locked(TenantId tenantId, GroupId id) {
    return tenants
        .require(tenantId)
        .chain(tenant -> rows.locked(tenant.key(), id))
        .onItem()
        .ifNull()
        .failWith(() -> absent(id));
  }

  private Uni<Void> tell(TenantId tenant, GroupId group) {
    return outbox.append(new GroupChanged(tenant, group));
  }

  private static void requireStatic(GroupEntity group) {
    if (group.isDynamic()) {
      throw new Refusal.Conflict(
              ConflictKind.GROUP_IS_DYNAMIC, "The group's filter says who belongs.")
          .asException();
    }
  }

  private static AuditEntry entry(String action, TenantId tenant, GroupId id) {
    return new AuditEntry(action, tenant, "groups/" + id);
  }

  private static RuntimeException absent(GroupId id) {
    return new Refusal.Absent("There is no group '%s'.".formatted(id)).asException();
  }

  private static RuntimeException exists(GroupId id) {
    return new Refusal.Conflict(
            ConflictKind.GROUP_EXISTS, "There is a group '%s' already.".formatted(id))
        .asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
