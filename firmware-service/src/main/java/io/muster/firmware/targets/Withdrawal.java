package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import java.util.Optional;

/**
 * The registry withdrew a credential of a device, the device itself, or a key with which it signed
 * tokens of a tenant: what it was asked before does not count any more.
 *
 * @param device which, or empty for all of the tenant
 */
public record Withdrawal(TenantId tenant, Optional<DeviceId> device) {

  /** Whether it concerns a device. */
  public boolean concerns(DeviceAddress other) {
    return other.tenant().equals(tenant)
        && device.map(it -> it.equals(other.device())).orElse(true);
  }
}
