package io.muster.broker.accounts;

/** What a stranger sent, made fit for a line of a log. */
final class Printable {
  private static final int SHOWN_CHARACTERS = 100;

  private Printable() {}

  static String of(String text) {
    var shown = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
