package io.muster.contract.id;

/**
 * A device among all tenants' devices. As an MQTT user name it is written {@code
 * {device}@{tenant}}.
 *
 * @param tenant whose device it is
 * @param device which of them
 */
public record DeviceAddress(TenantId tenant, DeviceId device) implements Comparable<DeviceAddress> {

  public static DeviceAddress of(String tenant, String device) {
    return new DeviceAddress(new TenantId(tenant), new DeviceId(device));
  }

  /**
   * Reads an MQTT user name.
   *
   * @param userName {@code {device}@{tenant}}; neither part can hold an {@code @}
   * @throws MalformedIdException when it has another form
   */
  public static DeviceAddress fromUserName(String userName) {
    var at = userName == null ? -1 : userName.indexOf('@');
    if (at < 0) {
      throw new MalformedIdException("user", userName, "{device}@{tenant}");
    }
    return of(userName.substring(at + 1), userName.substring(0, at));
  }

  /** {@code {device}@{tenant}}. */
  public String userName() {
    return device + "@" + tenant;
  }

  @Override
  public int compareTo(DeviceAddress other) {
    var byTenant = tenant.compareTo(other.tenant);
    return byTenant != 0 ? byTenant : device.compareTo(other.device);
  }

  /** {@code {tenant}/{device}}, as in topic names. */
  @Override
  public String toString() {
    return tenant + "/" + device;
  }
}
