package io.muster.contract.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of a tenant: 2 to 40 lower-case letters, digits and hyphens, neither first nor last a
 * hyphen. It is a level of topic names and a segment of paths, so nothing in it needs escaping.
 *
 * @param value the name as its owner chose it
 */
public record TenantId(String value) implements Comparable<TenantId> {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,38}[a-z0-9]");
  private static final Set<String> RESERVED =
      Set.of("api", "q", "broker", "internal", "service", "platform");

  /**
   * @throws MalformedIdException when the name has another form or is reserved
   */
  @JsonCreator
  public TenantId {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new MalformedIdException("tenant", value, FORM.pattern());
    }
    if (RESERVED.contains(value)) {
      throw new MalformedIdException("tenant", value, "a name that is not reserved");
    }
  }

  @JsonValue
  @Override
  public String value() {
    return value;
  }

  @Override
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
