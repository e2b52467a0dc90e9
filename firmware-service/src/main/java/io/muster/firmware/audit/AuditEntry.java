package io.muster.firmware.audit;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;

/**
 * What was done, by its ids, or what a setting was set to: never a content, never a secret.
 *
 * @param action such as {@code artifact-deleted}
 * @param tenant whose thing it was done to
 * @param subject the thing within the tenant, such as {@code artifacts/0190…}
 */
public record AuditEntry(String action, String tenant, String subject) {
  /** A name that no tenant can have. */
  private static final String PLATFORM = "platform";

  public AuditEntry(String action, TenantId tenant, String subject) {
    this(action, tenant.value(), subject);
  }

  /** Something that is the whole platform's, and no tenant's affair. */
  public static AuditEntry ofPlatform(String action, String subject) {
    return new AuditEntry(action, PLATFORM, subject);
  }

  /** Something that was done to a device's firmware. */
  public static AuditEntry ofDevice(String action, DeviceAddress device, String below) {
    return new AuditEntry(action, device.tenant(), "devices/" + device.device() + below);
  }

  @Override
  public String toString() {
    return action + " " + tenant + "/" + subject;
  }
}
