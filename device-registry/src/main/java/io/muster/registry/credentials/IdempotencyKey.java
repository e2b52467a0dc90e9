package io.muster.registry.credentials;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the caller calls a request, so that it may be repeated.
 *
 * @param value 1 to 128 printable ASCII characters
 */
public record IdempotencyKey(String value) {
  private static final Pattern FORM = Pattern.compile("[!-~]{1,128}");

  /** The header's name. */
  static final String HEADER = "Idempotency-Key";

  public IdempotencyKey {
    if (!FORM.matcher(value).matches()) {
      throw new Refusal.Malformed(
              "A parameter has a value that it cannot have.",
              List.of(FieldError.in(HEADER, "must be 1 to 128 printable ASCII characters")))
          .asException();
    }
  }

  /** Reads a header; empty when it was not sent. */
  public static Optional<IdempotencyKey> read(String header) {
    return Optional.ofNullable(header).map(IdempotencyKey::new);
  }
}
