package io.muster.localstack.simulate;

import io.muster.localstack.UserMistake;

/**
 * A part of a whole.
 *
 * @param value 0 to 1
 */
record Share(double value) {

  /**
   * Reads {@code 1%} or {@code 0.01}.
   *
   * @throws UserMistake when it is neither
   */
  static Share parse(String option, String text) {
    var typed = text.strip();
    var percent = typed.endsWith("%");
    try {
      var number = Double.parseDouble(percent ? typed.substring(0, typed.length() - 1) : typed);
      var value = percent ? number / 100 : number;
      if (value >= 0 && value <= 1) {
        return new Share(value);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UserMistake(option + " is a share such as 1% or 0.01; not “" + text + "”.");
  }
}
