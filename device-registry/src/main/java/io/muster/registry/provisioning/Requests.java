package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.credentials.GrantedCredentials;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.provisioning.HardwareTable.Known;
import io.muster.registry.provisioning.RequestTable.Request;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** What operators decide about hardware that asks with another key. Thread-safe. */
@ApplicationScoped
class Requests {
  private final HardwareTable hardware;
  private final RequestTable rows;
  private final Tenants tenants;
  private final Devices devices;
  private final GrantedCredentials credentials;
  private final Changes changes;

  Requests(
      HardwareTable hardware,
      RequestTable rows,
      Tenants tenants,
      Devices devices,
      GrantedCredentials credentials,
      Changes changes) {
    this.hardware = hardware;
    this.rows = rows;
    this.tenants = tenants;
    this.devices = devices;
    this.credentials = credentials;
    this.changes = changes;
  }

  Uni<Page<RequestView>> list(TenantId tenantId, int after, int limit) {
    return changes
        .reading(
            () -> tenants.require(tenantId).chain(it -> rows.after(it.key(), after, limit + 1)))
        .map(found -> Page.of(found, limit, it -> Integer.toString(it.key()), RequestView::of));
  }

  /**
   * The device has the new key from now on, and the old one no more: what was got with it ends. It
   * hears of it when it asks again.
   */
  Uni<Void> approve(TenantId tenantId, UUID id) {
    return changes.audited(
        _ -> entry("provisioning-approved", tenantId, id),
        () ->
            tenants
                .require(tenantId)
                .chain(tenant -> require(tenant, id).call(it -> replaceKey(tenant, it)))
                .replaceWithVoid());
  }

  Uni<Void> refuse(TenantId tenantId, UUID id) {
    return changes.audited(
        _ -> entry("provisioning-refused", tenantId, id),
        () ->
            tenants
                .require(tenantId)
                .chain(tenant -> require(tenant, id).call(() -> rows.refuse(tenant.key(), id)))
                .replaceWithVoid());
  }

  /** Forgets it; whoever asks again waits for an operator again. */
  Uni<Void> forget(TenantId tenantId, UUID id) {
    return changes.audited(
        _ -> entry("provisioning-request-deleted", tenantId, id),
        () ->
            tenants
                .require(tenantId)
                .chain(tenant -> require(tenant, id).call(() -> rows.forget(tenant.key(), id)))
                .replaceWithVoid());
  }

  private Uni<Void> replaceKey(TenantEntity tenant, Request request) {
    var address = new DeviceAddress(tenant.tenantId(), request.hardware().device());
    return devices
        .requireLocked(address)
        .chain(
            device ->
                hardware
                    .find(tenant.key(), request.hardware())
                    .chain(known -> endOldKey(address, device, known))
                    .chain(() -> credentials.ofKey(address, device, request.publicKey()))
                    .chain(
                        credential ->
                            hardware.replace(
                                tenant.key(),
                                request.hardware(),
                                new Known(device.key(), request.publicKey().sha256(), credential))))
        .chain(() -> rows.forget(tenant.key(), request.id()));
  }

  private Uni<Void> endOldKey(DeviceAddress address, DeviceEntity device, Known known) {
    return known == null
        ? Uni.createFrom().voidItem()
        : credentials.revokeWithIssued(address, device, known.credential());
  }

  private Uni<Request> require(TenantEntity tenant, UUID id) {
    return rows.locked(tenant.key(), id)
        .onItem()
        .ifNull()
        .failWith(
            () ->
                new Refusal.Absent("There is no provisioning request '%s'.".formatted(id))
                    .asException());
  }

  private static AuditEntry entry(String action, TenantId tenant, UUID id) {
    return new AuditEntry(action, tenant, "provisioning-requests/" + id);
  }
}
