package io.muster.registry.devices;

import io.muster.contract.event.RegistryEvent.DeviceDeleted;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.tenants.TenantContent;
import io.muster.registry.tenants.TenantEntity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Tells of each device that goes with its tenant, and removes it: page by page, since with all that
 * belongs to a large fleet one statement would take longer than any may.
 */
@ApplicationScoped
class RemovedDevices implements TenantContent {
  private static final int PAGE = 1_000;

  private final DeviceRepository rows;
  private final RegistryOutbox outbox;

  RemovedDevices(DeviceRepository rows, RegistryOutbox outbox) {
    this.rows = rows;
    this.outbox = outbox;
  }

  @Override
  public Uni<Void> announceRemoval(TenantEntity tenant) {
    return announceAfter("", tenant);
  }

  private Uni<Void> announceAfter(String id, TenantEntity tenant) {
    return rows.idsAfter(tenant.key(), id, PAGE)
        .call(ids -> outbox.append(events(ids, tenant)))
        .call(ids -> rows.deleteAll(tenant.key(), ids))
        .chain(
            ids ->
                ids.size() < PAGE
                    ? Uni.createFrom().voidItem()
                    : announceAfter(ids.getLast(), tenant));
  }

  private static List<DeviceDeleted> events(List<String> ids, TenantEntity tenant) {
    return ids.stream()
        .map(id -> new DeviceDeleted(new DeviceAddress(tenant.tenantId(), new DeviceId(id))))
        .toList();
  }
}
