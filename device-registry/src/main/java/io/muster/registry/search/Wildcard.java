package io.muster.registry.search;

/** {@code *} in a text stands for any characters, none as well; {@code \*} for itself. */
final class Wildcard {
  private Wildcard() {}

  static boolean isIn(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '*' && !isEscaped(text, i)) {
        return true;
      }
    }
    return false;
  }

  /** The text without escapes, when there is no wildcard in it. */
  static String plain(String text) {
    return text.replace("\\*", "*");
  }

  /** The pattern of {@code LIKE} for it. */
  static String likePattern(String text) {
    var pattern = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '*') {
        pattern.append('*');
        i++;
      } else if (c == '*') {
        pattern.append('%');
      } else if (c == '%' || c == '_' || c == '\\') {
        pattern.append('\\').append(c);
      } else {
        pattern.append(c);
      }
    }
    return pattern.toString();
  }

  private static boolean isEscaped(String text, int at) {
    return at > 0 && text.charAt(at - 1) == '\\';
  }
}
