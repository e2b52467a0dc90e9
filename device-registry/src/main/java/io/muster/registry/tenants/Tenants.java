package io.muster.registry.tenants;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.TenantDeleted;
import io.muster.contract.event.RegistryEvent.TenantSuspended;
import io.muster.contract.event.RegistryEvent.TenantUpdated;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.events.Changes;
import io.muster.registry.events.Changes.Outcome;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.rest.access.Caller;
import io.muster.rest.json.MergePatch;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** The tenants of the platform. Thread-safe. */
@ApplicationScoped
public class Tenants {
  private final TenantRepository rows;
  private final Tombstones tombstones;
  private final TenantDefaults defaults;
  private final List<TenantContent> contents;
  private final Changes changes;
  private final RegistryOutbox outbox;
  private final MergePatch mergePatch;
  private final Caller caller;
  private final Clock clock;

  Tenants(
      TenantRepository rows,
      Tombstones tombstones,
      TenantDefaults defaults,
      @All List<TenantContent> contents,
      Changes changes,
      RegistryOutbox outbox,
      MergePatch mergePatch,
      Caller caller,
      Clock clock) {
    this.rows = rows;
    this.tombstones = tombstones;
    this.defaults = defaults;
    this.contents = contents;
    this.changes = changes;
    this.outbox = outbox;
    this.mergePatch = mergePatch;
    this.caller = caller;
    this.clock = clock;
  }

  Uni<TenantView> create(TenantBody body) {
    if (body.id() == null) {
      throw wrong("/id", "must be given");
    }
    return changes
        .audited(_ -> AuditEntry.ofTenant("tenant-created", body.id()), () -> insert(body))
        .onFailure(failure -> BrokenConstraint.unique(failure, "tenant_id_is_unique"))
        .transform(_ -> exists(body.id()))
        .map(this::view);
  }

  /** Looks first: PostgreSQL writes each broken constraint into its log as an error. */
  private Uni<TenantEntity> insert(TenantBody body) {
    return rows.withId(body.id())
        .onItem()
        .ifNotNull()
        .failWith(() -> exists(body.id()))
        .chain(() -> rows.persistAndFlush(TenantEntity.create(body, clock.instant())))
        // Not before: the row waits for a deletion of that name that is under way.
        .call(() -> tombstones.refuse(body.id()));
  }

  Uni<TenantView> read(TenantId id) {
    return changes.reading(() -> require(id)).map(this::view);
  }

  /** The caller's own tenants. */
  Uni<Page<TenantView>> list(Cursor cursor, int limit) {
    return changes
        .reading(
            () ->
                caller.isOfPlatform()
                    ? rows.after(cursor.after(), limit + 1)
                    : rows.after(cursor.after(), caller.tenants(), limit + 1))
        .map(found -> Page.of(found, limit, it -> it.id, this::view));
  }

  Uni<TenantView> replace(TenantId id, TenantBody body, IfMatch ifMatch) {
    if (body.suspended() == null) {
      throw wrong("/suspended", "must be given when a tenant is replaced");
    }
    return update(id, lockedUnlessDeleted(id), ifMatch, _ -> body);
  }

  Uni<TenantView> patch(TenantId id, ObjectNode patch, IfMatch ifMatch) {
    return update(
        id,
        locked(id),
        ifMatch,
        present -> mergePatch.apply(present.body(), patch, TenantBody.class));
  }

  Uni<Void> delete(TenantId id, boolean withDevices, IfMatch ifMatch) {
    return changes.audited(
        _ -> AuditEntry.ofTenant("tenant-deleted", id),
        () -> locked(id).chain(tenant -> remove(tenant, withDevices, ifMatch)));
  }

  /** Finds one in the current session; fails with 404 when there is none. */
  public Uni<TenantEntity> require(TenantId id) {
    return rows.withId(id).onItem().ifNull().failWith(() -> absent(id));
  }

  /**
   * The same, locked until the transaction ends: whoever counts what a tenant has before there is
   * one more of it. Of two that only looked, both would see the last place free.
   */
  public Uni<TenantEntity> requireLocked(TenantId id) {
    return locked(id);
  }

  /**
   * Takes the place of one device more, in the current transaction, and locks the tenant: whoever
   * creates or deletes a device does this before touching the device, so that none waits for
   * another in a circle.
   */
  public Uni<Void> claimPlace(TenantEntity tenant) {
    var atMost = tenant.limits().orElse(defaults).devices();
    return rows.countUp(tenant.key(), atMost)
        .chain(claimed -> claimed ? Uni.createFrom().voidItem() : noPlace(tenant, atMost));
  }

  /** The tenant is full, or was deleted since it was found. */
  private Uni<Void> noPlace(TenantEntity tenant, int atMost) {
    return rows.count("key", tenant.key())
        .invoke(
            found -> {
              throw found == 0
                  ? absent(tenant.tenantId())
                  : new Refusal.LimitReached("devices", atMost).asException();
            })
        .replaceWithVoid();
  }

  /** Gives back the place of a device that is about to be deleted; locks the tenant. */
  public Uni<Void> releasePlace(TenantEntity tenant) {
    return rows.countDown(tenant.key()).replaceWithVoid();
  }

  private Uni<TenantView> update(
      TenantId id,
      Uni<TenantEntity> locked,
      IfMatch ifMatch,
      Function<TenantEntity, TenantBody> change) {
    return changes
        .auditedIfChanged(
            AuditEntry.ofTenant("tenant-updated", id),
            () -> locked.chain(tenant -> apply(tenant, ifMatch, change)))
        .map(this::view);
  }

  private Uni<Outcome<TenantEntity>> apply(
      TenantEntity tenant, IfMatch ifMatch, Function<TenantEntity, TenantBody> change) {
    ifMatch.check(tenant.version);
    var body = change.apply(tenant);
    if (body.id() != null && !body.id().equals(tenant.tenantId())) {
      throw wrong("/id", "cannot be changed");
    }
    return tenant.update(body, clock.instant())
        ? outbox.append(updated(tenant)).replaceWith(new Outcome<>(tenant, true))
        : Uni.createFrom().item(new Outcome<>(tenant, false));
  }

  /** A suspended tenant whose limits change is told of as suspended again: it does no harm. */
  private RegistryEvent updated(TenantEntity tenant) {
    return tenant.isSuspended()
        ? new TenantSuspended(tenant.tenantId())
        : new TenantUpdated(tenant.tenantId(), tenant.limits().orElse(defaults).ofDevice());
  }

  private Uni<Void> remove(TenantEntity tenant, boolean withDevices, IfMatch ifMatch) {
    ifMatch.check(tenant.version);
    if (tenant.deviceCount > 0 && !withDevices) {
      throw new Refusal.Conflict(
              ConflictKind.TENANT_HAS_DEVICES,
              "The tenant has %d devices; withDevices=true deletes them as well."
                  .formatted(tenant.deviceCount))
          .asException();
    }
    return outbox
        .append(new TenantSuspended(tenant.tenantId()))
        .chain(() -> announceContents(tenant))
        .chain(() -> outbox.append(new TenantDeleted(tenant.tenantId())))
        .chain(() -> tombstones.set(tenant.tenantId()))
        .chain(() -> rows.delete(tenant));
  }

  private Uni<Void> announceContents(TenantEntity tenant) {
    return Multi.createFrom()
        .iterable(contents)
        .onItem()
        .transformToUniAndConcatenate(content -> content.announceRemoval(tenant))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<TenantEntity> locked(TenantId id) {
    return Uni.createFrom()
        .deferred(() -> rows.locked(id))
        .onItem()
        .ifNull()
        .failWith(() -> absent(id));
  }

  /** Who writes a tenant as a whole may take it for a new one. */
  private Uni<TenantEntity> lockedUnlessDeleted(TenantId id) {
    return Uni.createFrom()
        .deferred(() -> rows.locked(id))
        .onItem()
        .ifNull()
        .switchTo(
            () ->
                tombstones
                    .refuse(id)
                    .chain(() -> Uni.createFrom().<TenantEntity>failure(absent(id))));
  }

  private TenantView view(TenantEntity tenant) {
    return tenant.view(defaults);
  }

  private static RuntimeException absent(TenantId id) {
    return new Refusal.Absent("There is no tenant '%s'.".formatted(id)).asException();
  }

  private static RuntimeException exists(TenantId id) {
    return new Refusal.Conflict(
            ConflictKind.TENANT_EXISTS, "There is a tenant '%s' already.".formatted(id))
        .asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
