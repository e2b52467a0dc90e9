package io.muster.contract.id;

/**
 * The MQTT client identifier of a device: {@code {tenant}:{device}}, or that, {@code :} and
 * anything more. Because it names its device, no device can take over another one's session.
 *
 * @param device whose identifier it is
 * @param value the identifier as the client sent it, at most {@value #MAX_CHARACTERS} characters
 */
public record ClientIdentifier(DeviceAddress device, String value) {
  /** Room for the two names and as much again. */
  public static final int MAX_CHARACTERS = 256;

  /**
   * @throws MalformedIdException when the identifier does not name the device
   */
  public ClientIdentifier {
    var own = device.tenant() + ":" + device.device();
    var fits =
        value != null
            && value.length() <= MAX_CHARACTERS
            && (value.equals(own) || value.startsWith(own + ":"));
    if (!fits) {
      throw new MalformedIdException("client", value, own + " or " + own + ":…");
    }
  }

  /**
   * Reads an identifier of which nothing else says whose it is.
   *
   * @throws MalformedIdException when it names no device
   */
  public static ClientIdentifier read(String value) {
    var parts = value == null ? new String[0] : value.split(":", 3);
    if (parts.length < 2) {
      throw new MalformedIdException("client", value, "{tenant}:{device} or {tenant}:{device}:…");
    }
    return new ClientIdentifier(DeviceAddress.of(parts[0], parts[1]), value);
  }

  @Override
  public String toString() {
    return value;
  }
}
