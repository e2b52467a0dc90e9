package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a device's token is good for. In a token they are the words of the claim {@code scope} (RFC
 * 8693 §4.2), separated by blanks.
 */
public enum DeviceScope {
  /** To send telemetry, events, and word on its presence. */
  TELEMETRY_WRITE("telemetry:write"),
  /** To get commands and to answer them. */
  COMMAND_READ("command:read"),
  /** To hear of firmware, to get it, and to tell how it went. */
  FIRMWARE_READ("firmware:read"),
  /** To get what state it should be in. */
  CONFIG_READ("config:read"),
  /** To tell what state it is in. */
  CONFIG_WRITE("config:write");

  private final String label;

  DeviceScope(String label) {
    this.label = label;
  }

  /** The word in a token. */
  @JsonValue
  public String label() {
    return label;
  }

  /**
   * Reads one word.
   *
   * @throws IllegalArgumentException when there is no such scope
   */
  @JsonCreator
  public static DeviceScope of(String label) {
    return Arrays.stream(values())
        .filter(it -> it.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected one of " + words(all())));
  }

  /** Every one. */
  public static Set<DeviceScope> all() {
    return EnumSet.allOf(DeviceScope.class);
  }

  /** The claim for some. */
  public static String words(Collection<DeviceScope> scopes) {
    return scopes.stream().sorted().map(DeviceScope::label).collect(Collectors.joining(" "));
  }

  /** Reads a claim; words that nobody here knows grant nothing. */
  public static Set<DeviceScope> read(String words) {
    var found = EnumSet.noneOf(DeviceScope.class);
    for (var word : words.split(" ")) {
      Arrays.stream(values()).filter(it -> it.label.equals(word)).forEach(found::add);
    }
    return found;
  }
}
