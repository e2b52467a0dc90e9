package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;

/** What the registry was asked before does not count any more. */
public sealed interface Withdrawal {

  /** It withdrew a credential of a device, or the device itself. */
  record OfDevice(DeviceAddress device) implements Withdrawal {}

  /**
   * It withdrew a key with which it signed tokens of a tenant, or the tenant was suspended or
   * deleted.
   */
  record OfTenant(TenantId tenant) implements Withdrawal {}

  /** Nobody can tell what it withdrew. */
  record OfEverybody() implements Withdrawal {}

  /**
   * Nothing else was withdrawn: its log was read to the end.
   *
   * @param asOfNanos by the service's ticker, before the log was asked for
   */
  record UpToDate(long asOfNanos) {}
}
