package io.muster.registry.types;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.TenantId;
import io.muster.contract.id.TypeId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.events.Changes;
import io.muster.registry.events.Changes.Outcome;
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
import java.util.List;
import java.util.function.Function;

/** The device types of a tenant. Changes of one follow one another. Thread-safe. */
@ApplicationScoped
public class DeviceTypes {
  private final DeviceTypeRepository rows;
  private final Tenants tenants;
  private final Changes changes;
  private final DeviceTypeLimits limits;
  private final MergePatch mergePatch;
  private final Clock clock;

  DeviceTypes(
      DeviceTypeRepository rows,
      Tenants tenants,
      Changes changes,
      DeviceTypeLimits limits,
      MergePatch mergePatch,
      Clock clock) {
    this.rows = rows;
    this.tenants = tenants;
    this.changes = changes;
    this.limits = limits;
    this.mergePatch = mergePatch;
    this.clock = clock;
  }

  Uni<DeviceTypeRepresentation> create(TenantId tenantId, DeviceTypeBody body) {
    if (body.id() == null) {
      throw wrong("/id", "must be given");
    }
    return changes
        .audited(
            _ -> entry("device-type-created", tenantId, body.id()),
            () -> tenants.requireLocked(tenantId).chain(tenant -> insert(tenant, body)))
        .onFailure(failure -> BrokenConstraint.unique(failure, "device_type_id_is_unique"))
        .transform(_ -> exists(body.id()))
        .map(DeviceTypeEntity::representation);
  }

  Uni<DeviceTypeRepresentation> read(TenantId tenantId, TypeId id) {
    return changes
        .reading(() -> tenants.require(tenantId).chain(tenant -> require(tenant.key(), id)))
        .map(DeviceTypeEntity::representation);
  }

  Uni<Page<DeviceTypeRepresentation>> list(TenantId tenantId, Cursor cursor, int limit) {
    return changes
        .reading(
            () ->
                tenants
                    .require(tenantId)
                    .chain(tenant -> rows.after(tenant.key(), cursor.after(), limit + 1)))
        .map(found -> Page.of(found, limit, it -> it.id, DeviceTypeEntity::representation));
  }

  Uni<DeviceTypeRepresentation> replace(
      TenantId tenantId, TypeId id, DeviceTypeBody body, IfMatch ifMatch) {
    return update(tenantId, id, ifMatch, _ -> body);
  }

  Uni<DeviceTypeRepresentation> patch(
      TenantId tenantId, TypeId id, ObjectNode patch, IfMatch ifMatch) {
    return update(
        tenantId,
        id,
        ifMatch,
        present -> mergePatch.apply(present.body(), patch, DeviceTypeBody.class));
  }

  Uni<Void> delete(TenantId tenantId, TypeId id, IfMatch ifMatch) {
    return changes
        .audited(
            _ -> entry("device-type-deleted", tenantId, id),
            () ->
                tenants
                    .require(tenantId)
                    .chain(tenant -> locked(tenant.key(), id))
                    .invoke(type -> ifMatch.check(type.version))
                    .chain(rows::delete)
                    .chain(rows::flush))
        .onFailure(failure -> BrokenConstraint.reference(failure, "device_type_is_in_use"))
        .transform(_ -> inUse(id));
  }

  /** Finds one in the current session; fails with 404 when there is none. */
  private Uni<DeviceTypeEntity> require(int tenantKey, TypeId id) {
    return rows.withId(tenantKey, id).onItem().ifNull().failWith(() -> absent(id));
  }

  /** Finds one in the current session, or null. */
  public Uni<DeviceTypeEntity> find(int tenantKey, TypeId id) {
    return rows.withId(tenantKey, id);
  }

  private Uni<DeviceTypeEntity> locked(int tenantKey, TypeId id) {
    return rows.locked(tenantKey, id).onItem().ifNull().failWith(() -> absent(id));
  }

  private Uni<DeviceTypeEntity> insert(TenantEntity tenant, DeviceTypeBody body) {
    return rows.withId(tenant.key(), body.id())
        .onItem()
        .ifNotNull()
        .failWith(() -> exists(body.id()))
        .chain(() -> requireRoom(tenant))
        .chain(
            () ->
                rows.persistAndFlush(DeviceTypeEntity.create(tenant.key(), body, clock.instant())));
  }

  private Uni<Void> requireRoom(TenantEntity tenant) {
    return rows.count("tenantKey", tenant.key())
        .invoke(
            count -> {
              if (count >= limits.maxPerTenant()) {
                throw new Refusal.LimitReached("device types", limits.maxPerTenant()).asException();
              }
            })
        .replaceWithVoid();
  }

  private Uni<DeviceTypeRepresentation> update(
      TenantId tenantId,
      TypeId id,
      IfMatch ifMatch,
      Function<DeviceTypeEntity, DeviceTypeBody> change) {
    return changes
        .auditedIfChanged(
            entry("device-type-updated", tenantId, id),
            () ->
                tenants
                    .require(tenantId)
                    .chain(tenant -> locked(tenant.key(), id))
                    .map(type -> apply(type, ifMatch, change)))
        .map(DeviceTypeEntity::representation);
  }

  private Outcome<DeviceTypeEntity> apply(
      DeviceTypeEntity type, IfMatch ifMatch, Function<DeviceTypeEntity, DeviceTypeBody> change) {
    ifMatch.check(type.version);
    var body = change.apply(type);
    if (body.id() != null && !body.id().equals(type.typeId())) {
      throw wrong("/id", "cannot be changed");
    }
    return new Outcome<>(type, type.update(body, clock.instant()));
  }

  private static AuditEntry entry(String action, TenantId tenant, TypeId id) {
    return new AuditEntry(action, tenant, "device-types/" + id);
  }

  private static RuntimeException absent(TypeId id) {
    return new Refusal.Absent("There is no device type '%s'.".formatted(id)).asException();
  }

  private static RuntimeException exists(TypeId id) {
    return new Refusal.Conflict(
            ConflictKind.DEVICE_TYPE_EXISTS, "There is a device type '%s' already.".formatted(id))
        .asException();
  }

  private static RuntimeException inUse(TypeId id) {
    return new Refusal.Conflict(
            ConflictKind.DEVICE_TYPE_IN_USE, "There are devices of the type '%s'.".formatted(id))
        .asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
