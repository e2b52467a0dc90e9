package io.muster.registry.problem;

import java.util.List;
import java.util.Locale;

/** Why a request is not served: every error that this service's REST interface knows. */
public sealed interface Refusal {

  /** Syntax: not JSON, a wrong type, an unknown member, an id of another form (400). */
  record Malformed(String detail, List<FieldError> errors) implements Refusal {
    public Malformed {
      errors = List.copyOf(errors);
    }
  }

  /** No token, or one that does not hold (401). Why is for the log alone. */
  record NotAuthenticated() implements Refusal {}

  /** The caller may not; the same whether the thing exists or not (403). */
  record Forbidden(String detail) implements Refusal {}

  /** Not there (404). */
  record Absent(String detail) implements Refusal {}

  /** The path is there, the method is not (405). */
  record MethodNotAllowed() implements Refusal {}

  /** No media type that the caller accepts (406). */
  record NotAcceptable() implements Refusal {}

  /** At odds with the present state (409). */
  record Conflict(ConflictKind kind, String detail) implements Refusal {}

  /** {@code If-Match} names another version (412). */
  record VersionMismatch(long current) implements Refusal {}

  /** More bytes than are read (413). */
  record TooLarge(String detail) implements Refusal {}

  /** A body of another media type (415). */
  record UnsupportedMediaType() implements Refusal {}

  /** Well formed, but its meaning cannot be served (422). */
  record Meaningless(List<FieldError> errors) implements Refusal {
    public Meaningless {
      errors = List.copyOf(errors);
    }
  }

  /** An update without {@code If-Match} (428). */
  record VersionRequired() implements Refusal {}

  /** A limit is reached (429). */
  record LimitReached(String limit, long value) implements Refusal {}

  /** A dependency is away; the same request may succeed later (503). */
  record Unavailable(String what) implements Refusal {}

  /** A fault of ours (500). The log has it under the trace id. */
  record Unexpected() implements Refusal {}

  /** What a request is at odds with. */
  enum ConflictKind {
    TENANT_EXISTS,
    TENANT_HAS_DEVICES,
    DEVICE_EXISTS,
    CERTIFICATE_EXISTS,
    DEVICE_TYPE_EXISTS,
    DEVICE_TYPE_IN_USE,
    GROUP_EXISTS,
    GROUP_IS_DYNAMIC,
    IDEMPOTENCY_KEY_USED;

    /** The last part of the problem's type. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The exception that carries it. */
  default RefusedException asException() {
    return new RefusedException(this);
  }
}
