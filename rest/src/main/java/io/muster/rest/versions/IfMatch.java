package io.muster.rest.versions;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The condition of an update (RFC 9110 §13.1.1): which versions it may be applied to. */
public sealed interface IfMatch {

  /** {@code *}, or no header where none is needed: whatever version there is. */
  record Any() implements IfMatch {
    @Override
    public boolean allows(long version) {
      return true;
    }
  }

  /** One of these. */
  record OneOf(Set<Long> versions) implements IfMatch {
    @Override
    public boolean allows(long version) {
      return versions.contains(version);
    }
  }

  boolean allows(long version);

  /** Refuses when the present version is another one. */
  default void check(long present) {
    if (!allows(present)) {
      throw new Refusal.VersionMismatch(present).asException();
    }
  }

  /** For a replacing update: without it somebody else's change would be lost unseen. */
  static IfMatch required(String header) {
    if (header == null || header.isBlank()) {
      throw new Refusal.VersionRequired().asException();
    }
    return read(header);
  }

  /** For what stands alone: a patch of some members, a deletion. */
  static IfMatch optional(String header) {
    return header == null || header.isBlank() ? new Any() : read(header);
  }

  /** The {@code ETag} of a version. */
  static String etag(long version) {
    return "\"" + version + "\"";
  }

  private static IfMatch read(String header) {
    return header.strip().equals("*")
        ? new Any()
        : new OneOf(
            Arrays.stream(header.split(",", -1)).map(IfMatch::one).collect(Collectors.toSet()));
  }

  private static Long one(String tag) {
    var matcher = EntityTag.FORM.matcher(tag.strip());
    if (!matcher.matches()) {
      throw new Refusal.Malformed(
              "A parameter has a value that it cannot have.",
              List.of(FieldError.in("If-Match", "must be an ETag that was given here, or *")))
          .asException();
    }
    return Long.valueOf(matcher.group(1));
  }

  /** A strong entity tag of ours. */
  final class EntityTag {
    private static final Pattern FORM = Pattern.compile("\"(\\d{1,18})\"");

    private EntityTag() {}
  }
}
