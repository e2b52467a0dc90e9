package io.muster.registry.devices;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.DeviceCreated;
import io.muster.contract.event.RegistryEvent.DeviceDeleted;
import io.muster.contract.event.RegistryEvent.DeviceDisabled;
import io.muster.contract.event.RegistryEvent.DeviceUpdated;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.id.TypeId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.audit.AuditLog;
import io.muster.registry.events.Changes;
import io.muster.registry.events.Changes.Outcome;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.registry.types.DeviceTypeEntity;
import io.muster.registry.types.DeviceTypes;
import io.muster.rest.json.MergePatch;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The devices of a tenant. Each change locks the device's row, so concurrent ones follow one
 * another and none is lost; whoever touches several rows locks tenant, then device, then what is
 * behind it. Thread-safe.
 */
@ApplicationScoped
public class Devices {
  private final DeviceRepository rows;
  private final Tenants tenants;
  private final DeviceTypes types;
  private final AttributeRules attributeRules;
  private final TagRules tagRules;
  private final Changes changes;
  private final AuditLog audit;
  private final RegistryOutbox outbox;
  private final List<DeviceContent> contents;
  private final MergePatch mergePatch;
  private final Clock clock;

  Devices(
      DeviceRepository rows,
      Tenants tenants,
      DeviceTypes types,
      AttributeRules attributeRules,
      TagRules tagRules,
      Changes changes,
      AuditLog audit,
      RegistryOutbox outbox,
      @All List<DeviceContent> contents,
      MergePatch mergePatch,
      Clock clock) {
    this.rows = rows;
    this.tenants = tenants;
    this.types = types;
    this.attributeRules = attributeRules;
    this.tagRules = tagRules;
    this.changes = changes;
    this.audit = audit;
    this.outbox = outbox;
    this.contents = contents;
    this.mergePatch = mergePatch;
    this.clock = clock;
  }

  Uni<DeviceRepresentation> create(TenantId tenantId, DeviceBody body) {
    if (body.id() == null) {
      throw wrong("/id", "must be given");
    }
    var address = new DeviceAddress(tenantId, body.id());
    return changes
        .audited(
            _ -> entry("device-created", address),
            () -> tenants.require(tenantId).chain(tenant -> insert(tenant, body)))
        .onFailure(failure -> BrokenConstraint.unique(failure, "device_id_is_unique"))
        .transform(_ -> exists(address))
        .onFailure(Devices::lostItsGateway)
        .transform(_ -> noSuchGateway())
        .onFailure(Devices::lostItsType)
        .transform(_ -> noSuchType())
        .map(DeviceEntity::representation);
  }

  Uni<DeviceRepresentation> read(DeviceAddress address) {
    return changes.reading(() -> require(address)).map(DeviceEntity::representation);
  }

  Uni<DeviceRepresentation> replace(DeviceAddress address, DeviceBody body, IfMatch ifMatch) {
    if (body.enabled() == null) {
      throw wrong("/enabled", "must be given when a device is replaced");
    }
    return update(address, ifMatch, _ -> body);
  }

  Uni<DeviceRepresentation> patch(DeviceAddress address, ObjectNode patch, IfMatch ifMatch) {
    return update(
        address, ifMatch, present -> mergePatch.apply(present.body(), patch, DeviceBody.class));
  }

  Uni<Void> delete(DeviceAddress address, IfMatch ifMatch) {
    return changes.audited(
        _ -> entry("device-deleted", address),
        () ->
            tenants
                .require(address.tenant())
                .call(tenants::releasePlace)
                .chain(tenant -> rows.lockedForRemoval(tenant.key(), address.device()))
                .onItem()
                .ifNull()
                .failWith(() -> absent(address))
                .chain(device -> remove(address, device, ifMatch)));
  }

  /** Finds one in the current session; fails with 404 when there is none. */
  public Uni<DeviceEntity> require(DeviceAddress address) {
    return tenants
        .require(address.tenant())
        .chain(tenant -> rows.withId(tenant.key(), address.device()))
        .onItem()
        .ifNull()
        .failWith(() -> absent(address));
  }

  /** The same, and locks it until the current transaction ends. */
  public Uni<DeviceEntity> requireLocked(DeviceAddress address) {
    return tenants
        .require(address.tenant())
        .chain(tenant -> rows.locked(tenant.key(), address.device()))
        .onItem()
        .ifNull()
        .failWith(() -> absent(address));
  }

  /** Finds one in the current session; null when there is none. */
  public Uni<DeviceEntity> find(TenantEntity tenant, DeviceId id) {
    return rows.withId(tenant.key(), id);
  }

  /**
   * Makes one in the current transaction that shows by itself that it belongs to the tenant. Locks
   * the tenant's row.
   *
   * @param type null for none
   */
  public Uni<DeviceEntity> provision(
      TenantEntity tenant, DeviceId id, TypeId type, List<String> tags) {
    return insert(tenant, new DeviceBody(id, type, null, tags, null, true));
  }

  /** Fails with 422 when there is no such type; null is none and serves. */
  public Uni<Void> requireType(TenantEntity tenant, TypeId type) {
    return type(tenant.key(), new DeviceBody(null, type, null, null, null, null)).replaceWithVoid();
  }

  /** The tags as they are stored; fails with 422 when one cannot be. */
  public List<String> checkedTags(List<String> tags) {
    return tagRules.checked(tags);
  }

  private Uni<DeviceEntity> insert(TenantEntity tenant, DeviceBody body) {
    var address = new DeviceAddress(tenant.tenantId(), body.id());
    return refuseWhatExists(tenant, address)
        .chain(() -> tenants.claimPlace(tenant))
        .chain(() -> state(tenant.key(), body))
        .map(state -> DeviceEntity.create(tenant.key(), body.id(), state, clock.instant()))
        .chain(rows::persistAndFlush)
        .call(device -> outbox.append(new DeviceCreated(address, device.version)));
  }

  /**
   * The constraint would tell as well, and does when two create at once. But PostgreSQL writes each
   * refusal into its log as an error, also for a script that creates what it needs at every start;
   * and a tenant that is full would be told of its limit instead.
   */
  private Uni<Void> refuseWhatExists(TenantEntity tenant, DeviceAddress address) {
    return rows.withId(tenant.key(), address.device())
        .onItem()
        .ifNotNull()
        .failWith(() -> exists(address))
        .replaceWithVoid();
  }

  private Uni<DeviceRepresentation> update(
      DeviceAddress address, IfMatch ifMatch, Function<DeviceEntity, DeviceBody> change) {
    return changes
        .auditedIfChanged(
            entry("device-updated", address),
            () -> requireLocked(address).chain(device -> apply(address, device, ifMatch, change)))
        .onFailure(Devices::lostItsGateway)
        .transform(_ -> noSuchGateway())
        .onFailure(Devices::lostItsType)
        .transform(_ -> noSuchType())
        .map(DeviceEntity::representation);
  }

  private Uni<Outcome<DeviceEntity>> apply(
      DeviceAddress address,
      DeviceEntity device,
      IfMatch ifMatch,
      Function<DeviceEntity, DeviceBody> change) {
    ifMatch.check(device.version);
    var body = change.apply(device);
    if (body.id() != null && !body.id().equals(address.device())) {
      throw wrong("/id", "cannot be changed");
    }
    if (address.device().equals(body.gateway())) {
      throw wrong("/gateway", "must be another device");
    }
    return state(device.tenantKey, body).chain(state -> store(address, device, state));
  }

  private Uni<Outcome<DeviceEntity>> store(
      DeviceAddress address, DeviceEntity device, DeviceState state) {
    var wasEnabled = device.enabled;
    if (!device.update(state, clock.instant())) {
      return Uni.createFrom().item(new Outcome<>(device, false));
    }
    return outbox
        .append(
            wasEnabled && !device.enabled
                ? new DeviceDisabled(address, device.version)
                : new DeviceUpdated(address, device.version))
        .replaceWith(new Outcome<>(device, true));
  }

  private Uni<Void> remove(DeviceAddress address, DeviceEntity device, IfMatch ifMatch) {
    ifMatch.check(device.version);
    return rows.behind(device)
        .call(behind -> audit.writeEach("device-updated", address.tenant(), subjects(behind)))
        .map(behind -> detach(address.tenant(), behind))
        .invoke(events -> events.add(new DeviceDeleted(address)))
        .chain(outbox::append)
        .chain(() -> removeContents(device))
        .chain(() -> rows.delete(device));
  }

  private Uni<Void> removeContents(DeviceEntity device) {
    return Multi.createFrom()
        .iterable(contents)
        .onItem()
        .transformToUniAndConcatenate(content -> content.beforeRemoval(device))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private static List<String> subjects(List<DeviceEntity> devices) {
    return devices.stream().map(it -> "devices/" + it.id).toList();
  }

  private List<RegistryEvent> detach(TenantId tenant, List<DeviceEntity> behind) {
    var now = clock.instant();
    List<RegistryEvent> events = new ArrayList<>();
    for (var device : behind) {
      device.loseGateway(now);
      events.add(new DeviceUpdated(new DeviceAddress(tenant, device.deviceId()), device.version));
    }
    return events;
  }

  private Uni<DeviceState> state(int tenantKey, DeviceBody body) {
    var attributes = attributeRules.checked(body.attributes());
    var tags = tagRules.checked(body.tags());
    return type(tenantKey, body)
        .chain(
            type ->
                gateway(tenantKey, body)
                    .map(
                        gateway ->
                            new DeviceState(body.isEnabled(), type, gateway, tags, attributes)));
  }

  private Uni<DeviceEntity> gateway(int tenantKey, DeviceBody body) {
    return body.gateway() == null
        ? Uni.createFrom().nullItem()
        : rows.withId(tenantKey, body.gateway()).onItem().ifNull().failWith(Devices::noSuchGateway);
  }

  private Uni<DeviceTypeEntity> type(int tenantKey, DeviceBody body) {
    return body.type() == null
        ? Uni.createFrom().nullItem()
        : types.find(tenantKey, body.type()).onItem().ifNull().failWith(Devices::noSuchType);
  }

  /** It was there when it was looked for, and was deleted before the commit. */
  private static boolean lostItsGateway(Throwable failure) {
    return BrokenConstraint.reference(failure, "device_gateway_key_fkey");
  }

  /** It was there when it was looked for, and was deleted before the commit. */
  private static boolean lostItsType(Throwable failure) {
    return BrokenConstraint.reference(failure, "device_type_is_in_use");
  }

  private static RuntimeException noSuchType() {
    return wrong("/type", "is no device type of this tenant");
  }

  private static RuntimeException noSuchGateway() {
    return wrong("/gateway", "is no device of this tenant");
  }

  private static AuditEntry entry(String action, DeviceAddress address) {
    return AuditEntry.ofDevice(action, address, "");
  }

  private static RuntimeException absent(DeviceAddress address) {
    return new Refusal.Absent("There is no device '%s'.".formatted(address.device())).asException();
  }

  private static RuntimeException exists(DeviceAddress address) {
    return new Refusal.Conflict(
            ConflictKind.DEVICE_EXISTS,
            "There is a device '%s' already.".formatted(address.device()))
        .asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
