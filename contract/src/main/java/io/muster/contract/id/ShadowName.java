package io.muster.contract.id;

import java.util.regex.Pattern;

/**
 * Which of a device's shadows. A name has AWS IoT's form without the dollar sign, which opens names
 * that AWS keeps for itself.
 *
 * @param value empty for the classic shadow
 */
public record ShadowName(String value) implements Comparable<ShadowName> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9:_-]{0,64}");

  /** The shadow without a name. */
  public static final ShadowName CLASSIC = new ShadowName("");

  /**
   * @throws MalformedIdException when the name has another form
   */
  public ShadowName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new MalformedIdException("shadow", value, "[A-Za-z0-9:_-]{1,64}");
    }
  }

  public boolean isClassic() {
    return value.isEmpty();
  }

  @Override
  public int compareTo(ShadowName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
