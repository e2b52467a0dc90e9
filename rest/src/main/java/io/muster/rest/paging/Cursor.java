package io.muster.rest.paging;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Where a list goes on: after this id. Opaque to callers, so that its form may change; it holds
 * nothing that its bearer could not have asked for.
 *
 * @param after the last id that was shown; empty at the beginning
 */
public record Cursor(String after) {
  private static final String FORM = "1:";
  private static final int MAX_CHARACTERS = 300;

  /**
   * @param text from the query, or null for the beginning
   */
  public static Cursor read(String text) {
    if (text == null) {
      return new Cursor("");
    }
    if (text.length() > MAX_CHARACTERS) {
      throw unknown();
    }
    try {
      var plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
      if (plain.startsWith(FORM) && plain.chars().allMatch(c -> c > ' ' && c < 127)) {
        return new Cursor(plain.substring(FORM.length()));
      }
    } catch (IllegalArgumentException notBase64) {
      throw unknown();
    }
    throw unknown();
  }

  String text() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((FORM + after).getBytes(StandardCharsets.US_ASCII));
  }

  private static RuntimeException unknown() {
    return new Refusal.Malformed(
            "A parameter has a value that it cannot have.",
            List.of(FieldError.in("cursor", "is none that this list gave as next")))
        .asException();
  }
}
