package io.muster.contract.id;

/**
 * An id from outside that has not the form its kind must have. The message is fit for its sender.
 */
public final class MalformedIdException extends IllegalArgumentException {
  private static final int SHOWN_CHARACTERS = 100;

  private final String kind;

  MalformedIdException(String kind, String value, String expected) {
    super("'%s' is no %s id: expected %s".formatted(shortened(value), kind, expected));
    this.kind = kind;
  }

  /** What was expected: {@code tenant}, {@code device}, {@code client}, {@code service}. */
  public String kind() {
    return kind;
  }

  /** A hostile id may be megabytes long or hold control characters; a message holds neither. */
  private static String shortened(String value) {
    if (value == null) {
      return "";
    }
    var head =
        value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "…";
    return head.replaceAll("\\p{Cntrl}", "?");
  }
}
