package io.muster.contract.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The name of a service among the others: {@code registry}, {@code ingest}, {@code command}, {@code
 * firmware}. At the broker its user name is {@code service:{name}} and the client identifier of its
 * nth instance {@code service:{name}:{ordinal}}.
 *
 * @param value 1 to 32 lower-case letters, digits and hyphens, beginning with a letter
 */
public record ServiceName(String value) {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final String PREFIX = "service:";

  public static final ServiceName REGISTRY = new ServiceName("registry");
  public static final ServiceName INGEST = new ServiceName("ingest");
  public static final ServiceName COMMAND = new ServiceName("command");
  public static final ServiceName FIRMWARE = new ServiceName("firmware");

  /**
   * @throws MalformedIdException when the name has another form
   */
  @JsonCreator
  public ServiceName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new MalformedIdException("service", value, FORM.pattern());
    }
  }

  /**
   * Reads a user name at the broker, which is also the subject of a service's token.
   *
   * @throws MalformedIdException when it is not {@code service:{name}}
   */
  public static ServiceName fromUserName(String userName) {
    if (userName == null || !userName.startsWith(PREFIX)) {
      throw new MalformedIdException("service", userName, PREFIX + "{name}");
    }
    return new ServiceName(userName.substring(PREFIX.length()));
  }

  /** {@code service:{name}}. */
  public String userName() {
    return PREFIX + value;
  }

  /**
   * {@code service:{name}:{ordinal}}.
   *
   * @param ordinal the instance's leased number, from 0
   */
  public String clientIdentifier(int ordinal) {
    return userName() + ":" + ordinal;
  }

  @JsonValue
  @Override
  public String value() {
    return value;
  }

  @Override
  public String toString() {
    return value;
  }
}
