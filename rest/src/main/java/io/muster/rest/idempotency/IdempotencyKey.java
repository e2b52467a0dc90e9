package io.muster.rest.idempotency;

import io.muster.rest.problem.Refusal;
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
  public static final String HEADER = "Idempotency-Key";

  public IdempotencyKey {
    if (!FORM.matcher(value).matches()) {
      throw Refusal.parameter(HEADER, "must be 1 to 128 printable ASCII characters");
    }
  }

  /** Empty without the header. */
  public static Optional<IdempotencyKey> read(String header) {
    return Optional.ofNullable(header).map(IdempotencyKey::new);
  }
}
