package io.muster.contract.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The name of a device group, unique within its tenant: formed as a {@link DeviceId}, with nothing
 * reserved.
 *
 * @param value the name as its owner chose it
 */
public record GroupId(String value) implements Comparable<GroupId> {
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?");

  /**
   * @throws MalformedIdException when the name has another form
   */
  @JsonCreator
  public GroupId {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new MalformedIdException("group", value, FORM.pattern());
    }
  }

  @JsonValue
  @Override
  public String value() {
    return value;
  }

  @Override
  public int compareTo(GroupId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
