package io.muster.rest.problem;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Why a request is not served: every error that the services' REST interfaces know. */
public sealed interface Refusal {

  /** Syntax: not JSON, a wrong type, an unknown member, an id of another form (400). */
  record Malformed(String detail, List<FieldError> errors) implements Refusal {
    public Malformed {
      errors = List.copyOf(errors);
    }
  }

  /**
   * Nothing that says who it is, or nothing that holds (401). Why is for the log alone.
   *
   * @param challenge what there could be shown
   */
  record NotAuthenticated(Challenge challenge) implements Refusal {
    public NotAuthenticated() {
      this(Challenge.BEARER);
    }
  }

  /** The caller may not; the same whether the thing exists or not (403). */
  record Forbidden(String detail) implements Refusal {}

  /** Not there (404). */
  record Absent(String detail) implements Refusal {}

  /**
   * The path is there, the method is not (405).
   *
   * @param allowed those that are; none when nobody knows
   */
  record MethodNotAllowed(Set<String> allowed) implements Refusal {
    public MethodNotAllowed {
      allowed = Set.copyOf(allowed);
    }

    public MethodNotAllowed() {
      this(Set.of());
    }
  }

  /** No media type that the caller accepts (406). */
  record NotAcceptable() implements Refusal {}

  /**
   * At odds with the present state (409).
   *
   * @param kind stable name of what is in the way
   */
  record Conflict(String kind, String detail) implements Refusal {
    public Conflict(ConflictKind kind, String detail) {
      this(kind.label(), detail);
    }
  }

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

  /**
   * A limit is reached (429).
   *
   * @param retryAfter when it is not any more; null where nobody can say
   */
  record LimitReached(String limit, long value, Duration retryAfter) implements Refusal {

    /** One that does not pass with time alone. */
    public LimitReached(String limit, long value) {
      this(limit, value, null);
    }
  }

  /**
   * Somebody showed too often what does not hold, and is not listened to for a while (429).
   *
   * @param retryAfter how long
   */
  record TooManyFailures(Duration retryAfter) implements Refusal {}

  /**
   * Something that is needed is away, or the service is busy with what matters more (503).
   *
   * @param why a clause in words; that it is worth trying later is added
   */
  record Unavailable(String why) implements Refusal {}

  /** A fault of ours (500). The log has it under the trace id. */
  record Unexpected() implements Refusal {}

  /** What a request is at odds with; each service has its own. */
  interface ConflictKind {
    /** The last part of the problem's type; public contract. */
    String label();
  }

  /** One parameter that has a value that it cannot have. */
  static RefusedException parameter(String name, String detail) {
    return new Malformed(
            "A parameter has a value that it cannot have.", List.of(FieldError.in(name, detail)))
        .asException();
  }

  /** The exception that carries it. */
  default RefusedException asException() {
    return new RefusedException(this);
  }
}
