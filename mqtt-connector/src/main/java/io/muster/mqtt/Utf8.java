package io.muster.mqtt;

/**
 * Makes text fit for an MQTT string: no null and control characters, no lone surrogates (MQTT 5
 * §1.5.4).
 */
final class Utf8 {
  private Utf8() {}

  static String publishable(String text, int maxCharacters) {
    var fit = new StringBuilder();
    text.codePoints().limit(maxCharacters).map(Utf8::allowed).forEach(fit::appendCodePoint);
    return fit.toString();
  }

  private static int allowed(int codePoint) {
    var surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    var nonCharacter = (codePoint & 0xFFFE) == 0xFFFE || codePoint >= 0xFDD0 && codePoint <= 0xFDEF;
    return surrogate || nonCharacter || Character.isISOControl(codePoint) ? ' ' : codePoint;
  }
}
