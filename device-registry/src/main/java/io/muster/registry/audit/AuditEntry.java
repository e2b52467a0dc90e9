package io.muster.registry.audit;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;

/**
 * What was done, by its ids: never an attribute, never a secret.
 *
 * @param action such as {@code device-created}
 * @param tenant whose thing it was done to
 * @param subject the thing within the tenant, such as {@code devices/sensor-1}; empty for the
 *     tenant itself
 * @param actor who did it, when no bearer token says so; else null
 * @param address from where, when it is not where the request came from; else null
 */
public record AuditEntry(
    String action, TenantId tenant, String subject, String actor, String address) {

  /** Something that the bearer of the request's token did. */
  public AuditEntry(String action, TenantId tenant, String subject) {
    this(action, tenant, subject, null, null);
  }

  /** The same, done by somebody who has no bearer token. */
  public AuditEntry by(String name) {
    return new AuditEntry(action, tenant, subject, name, address);
  }

  /** The same, done from elsewhere: a service has relayed it. */
  public AuditEntry from(String elsewhere) {
    return new AuditEntry(action, tenant, subject, actor, elsewhere);
  }

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
