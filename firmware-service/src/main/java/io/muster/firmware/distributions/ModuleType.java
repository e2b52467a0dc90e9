package io.muster.firmware.distributions;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** What a software module is for. */
public enum ModuleType {
  FIRMWARE("firmware", "os"),
  APPLICATION("application", "bApp"),
  MODEL("model", "model"),
  CONFIGURATION("configuration", "configuration");

  private final String label;
  private final String part;

  ModuleType(String label, String part) {
    this.label = label;
    this.part = part;
  }

  /** As in JSON and in the table. */
  @JsonValue
  public String label() {
    return label;
  }

  /**
   * As in hawkBit's device API, whose clients know {@code os} and {@code bApp}; Zephyr's takes
   * nothing but the latter.
   */
  public String part() {
    return part;
  }

  /** The type of a label in the table. */
  public static ModuleType of(String label) {
    return Arrays.stream(values()).filter(it -> it.label.equals(label)).findFirst().orElseThrow();
  }
}
