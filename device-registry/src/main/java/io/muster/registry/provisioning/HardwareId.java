package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceId;
import java.util.Locale;
import java.util.Optional;

/**
 * What a device has from its maker, and no other device has. It is printed on it and proves
 * nothing; however it is written, it comes to the same text.
 *
 * @param text kind and value, which is also the id of the device that is made for it
 */
record HardwareId(String text) {

  private static final int MAX_CHARACTERS = 80;

  /** Empty when the value is none of that kind. */
  static Optional<HardwareId> of(HardwareKind kind, String value) {
    if (value.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    var bare =
        switch (kind) {
          case MAC -> value.toLowerCase(Locale.ROOT).replaceAll(kind.separators(), "");
          case IMEI -> value.replaceAll(kind.separators(), "");
          case SERIAL -> value;
        };
    var fits =
        kind.form().matcher(bare).matches() && (kind != HardwareKind.IMEI || isChecked(bare));
    return fits ? Optional.of(new HardwareId(kind.label() + "-" + bare)) : Optional.empty();
  }

  /** The device that is made for it. */
  DeviceId device() {
    return new DeviceId(text);
  }

  /** Luhn's sum (ISO/IEC 7812-1, annex B). */
  private static boolean isChecked(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int weighed = i % 2 == 0 ? digit : digit * 2;
      sum += weighed > 9 ? weighed - 9 : weighed;
    }
    return sum % 10 == 0;
  }

  @Override
  public String toString() {
    return text;
  }
}
