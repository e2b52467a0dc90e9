package io.muster.ingest.access;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import java.util.UUID;

/** Somebody may no longer be connected, or no longer do as much as before. */
public sealed interface Withdrawal {
  /** A device was disabled. */
  record OfDevice(DeviceAddress device) implements Withdrawal {}

  /** A device was deleted; what was kept for it is nobody's. */
  record OfDeleted(DeviceAddress device) implements Withdrawal {}

  /**
   * A device changed, perhaps its gateway: whoever speaks for it has to be asked about again. The
   * device itself may stay.
   */
  record OfMandates(DeviceAddress device) implements Withdrawal {}

  /** Connections that were opened with this credential. */
  record OfCredential(DeviceAddress device, UUID credential) implements Withdrawal {}

  /** Connections that were opened with a token that this key of the registry signed. */
  record OfTokenKey(TenantId tenant, UUID key) implements Withdrawal {}

  /** All devices of a tenant. */
  record OfTenant(TenantId tenant) implements Withdrawal {}

  /** All devices of a tenant that was deleted; what was kept of it is nobody's. */
  record OfDeletedTenant(TenantId tenant) implements Withdrawal {}

  /** All devices of a tenant have other limits; they may stay. */
  record OfLimits(TenantId tenant, DeviceLimits limits) implements Withdrawal {}

  /**
   * All devices: nobody can tell any more what was withdrawn meanwhile, since the registry's log
   * was out of reach for longer than it is kept, or was replaced. Whoever may connect comes back.
   */
  record OfEverybody() implements Withdrawal {}
}
