package io.muster.contract.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The name of a device, unique within its tenant: 1 to 80 letters, digits, {@code _}, {@code .} and
 * {@code -}, beginning and ending with a letter or digit. Case matters.
 *
 * @param value the name as its owner chose it
 */
public record DeviceId(String value) implements Comparable<DeviceId> {
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?");

  /** The user under which a device without a name asks for one; no device may be called so. */
  public static final String RESERVED_FOR_PROVISIONING = "provision";

  /**
   * @throws MalformedIdException when the name has another form or is reserved
   */
  @JsonCreator
  public DeviceId {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new MalformedIdException("device", value, FORM.pattern());
    }
    if (RESERVED_FOR_PROVISIONING.equals(value)) {
      throw new MalformedIdException("device", value, "a name that is not reserved");
    }
  }

  @JsonValue
  @Override
  public String value() {
    return value;
  }

  @Override
  public int compareTo(DeviceId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
