package io.muster.firmware.artifacts;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * How an artifact is called towards devices. It becomes a segment of a link and the end of a path
 * in a device's file system, so it can neither lead elsewhere nor need escaping.
 *
 * @param value 1 to 128 of {@code [A-Za-z0-9._+-]}, not beginning with a point
 */
public record FileName(String value) {
  private static final Logger LOG = Logger.getLogger(FileName.class);
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,127}");

  /** Of a link to another thing. */
  private static final String MD5_SUFFIX = ".MD5SUM";

  /** Reads a parameter of a request; 400 when it is none. */
  static FileName ofParameter(String name, String value) {
    return read(value, wrong -> Refusal.parameter(name, wrong));
  }

  /** Reads a member of a body; 422 when it is none. */
  static FileName ofMember(String pointer, String value) {
    return read(
        value,
        wrong -> new Refusal.Meaningless(List.of(FieldError.at(pointer, wrong))).asException());
  }

  private static FileName read(String value, Function<String, RuntimeException> refusal) {
    if (!isValid(value)) {
      // Not the name itself, which may be made for whoever reads the log.
      LOG.infof(
          "Refused: no name of an artifact, %d characters", value == null ? 0 : value.length());
      throw refusal.apply(
          "must be 1 to 128 letters, digits and ._+-, not begin with a point and not end with "
              + MD5_SUFFIX);
    }
    return new FileName(value);
  }

  static boolean isValid(String value) {
    return value != null && FORM.matcher(value).matches() && !value.endsWith(MD5_SUFFIX);
  }
}
