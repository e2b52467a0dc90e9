package io.muster.registry.provisioning;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Pattern;

/** What kind of identifier a piece of hardware has. */
public enum HardwareKind {
  /** 48 bits (IEEE 802), in hexadecimal with {@code :}, {@code -}, {@code .} or nothing between. */
  MAC("[0-9a-f]{12}", "[:.-]"),
  /** 15 digits, the last a check digit (3GPP TS 23.003 §6.2, Luhn). */
  IMEI("[0-9]{15}", "[ -]"),
  /** Whatever the maker writes, within the form of a device id; its case matters. */
  SERIAL("[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?", "");

  private final Pattern form;
  private final String separators;

  HardwareKind(String form, String separators) {
    this.form = Pattern.compile(form);
    this.separators = separators;
  }

  /** As in JSON. */
  @JsonValue
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  Pattern form() {
    return form;
  }

  /** What may stand between its characters, as a regular expression; empty for nothing. */
  String separators() {
    return separators;
  }

  @JsonCreator
  static HardwareKind of(String label) {
    for (var kind : values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("expected mac, imei or serial");
  }
}
