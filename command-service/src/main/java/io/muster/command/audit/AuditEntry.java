package io.muster.command.audit;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;

/**
 * What was done, by its ids: never an attribute, never a secret.
 *
 * @param action such as {@code device-created}
 * @param tenant whose thing it was done to
 * @param subject the thing within the tenant, such as {@code devices/sensor-1}; empty for the
 *     tenant itself
 */
public record AuditEntry(String action, TenantId tenant, String subject) {

  /** Something that was done to a tenant itself. */
  public static AuditEntry ofTenant(String action, TenantId tenant) {
    return new AuditEntry(action, tenant, "");
  }

  /** Something that was done to a device, or to what is below it. */
  public static AuditEntry ofDevice(String action, DeviceAddress device, String below) {
    return new AuditEntry(action, device.tenant(), "devices/" + device.device() + below);
  }

  @Override
  public String toString() {
    return action + " " + tenant + (subject.isEmpty() ? "" : "/" + subject);
  }
}
