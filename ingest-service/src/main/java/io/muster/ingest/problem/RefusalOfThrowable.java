package io.muster.ingest.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.id.MalformedIdException;
import io.quarkus.security.AuthenticationException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import java.net.SocketException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Finds what a thrown exception means to the caller. */
final class RefusalOfThrowable {
  private static final int CAUSES_LOOKED_AT = 10;
  private static final String DATABASE = "The database cannot be reached at the moment";

  /** Connection, serialisation, resources, operator intervention (PostgreSQL, appendix A). */
  private static final List<String> DATABASE_AWAY = List.of("08", "40", "53", "57");

  /** {@code query_canceled}: a statement took longer than it may. */
  private static final String TOOK_TOO_LONG = "57014";

  private static final String TOO_MUCH =
      "This takes longer to read than is allowed; a shorter range of time may not";

  private RefusalOfThrowable() {}

  static Refusal of(Throwable thrown) {
    var cause = thrown;
    for (int i = 0; cause != null && i < CAUSES_LOOKED_AT; i++, cause = cause.getCause()) {
      var refusal = known(cause);
      if (refusal != null) {
        return refusal;
      }
    }
    return new Refusal.Unexpected();
  }

  private static Refusal known(Throwable thrown) {
    return switch (thrown) {
      case RefusedException refused -> refused.refusal();
      case MalformedIdException id -> new Refusal.Malformed(id.getMessage(), List.of());
      case ConstraintViolationException violations -> ofViolations(violations);
      case UnauthorizedException _ -> new Refusal.NotAuthenticated();
      case AuthenticationException _ -> new Refusal.NotAuthenticated();
      case ForbiddenException _ -> new Refusal.Forbidden("The token's roles do not allow this.");
      case JsonProcessingException _ ->
          new Refusal.Malformed("The body is not the JSON that is expected.", List.of());
      case WebApplicationException http -> ofStatus(http);
      case PgException refused -> ofDatabase(refused);
      case ClosedConnectionException _ -> new Refusal.Unavailable(DATABASE);
      case SocketException _ -> new Refusal.Unavailable(DATABASE);
      case TimeoutException _ -> new Refusal.Unavailable(DATABASE);
      default -> null;
    };
  }

  private static Refusal ofDatabase(PgException refused) {
    var state = String.valueOf(refused.getSqlState());
    if (TOOK_TOO_LONG.equals(state)) {
      return new Refusal.Unavailable(TOO_MUCH);
    }
    return DATABASE_AWAY.stream().anyMatch(state::startsWith)
        ? new Refusal.Unavailable(DATABASE)
        : null;
  }

  /** An id of another form makes the framework say "not found", its cause says why. */
  private static Refusal ofStatus(WebApplicationException http) {
    if (http.getCause() instanceof MalformedIdException id) {
      return new Refusal.Malformed(id.getMessage(), List.of());
    }
    return switch (http.getResponse().getStatus()) {
      case 400 -> new Refusal.Malformed("The request cannot be understood.", List.of());
      case 401 -> new Refusal.NotAuthenticated();
      case 403 -> new Refusal.Forbidden("The token's roles do not allow this.");
      case 404 -> new Refusal.Absent("There is nothing at this path.");
      case 405 -> new Refusal.MethodNotAllowed();
      case 406 -> new Refusal.NotAcceptable();
      case 413 -> new Refusal.TooLarge("The body is larger than allowed.");
      case 415 -> new Refusal.UnsupportedMediaType();
      case 503 -> new Refusal.Unavailable("The service is not ready at the moment");
      default -> null;
    };
  }

  private static Refusal ofViolations(ConstraintViolationException violations) {
    var errors =
        violations.getConstraintViolations().stream()
            .map(RefusalOfThrowable::error)
            .sorted(Comparator.comparing(FieldError::toString))
            .toList();
    return new Refusal.Malformed("A parameter has a value that it cannot have.", errors);
  }

  private static FieldError error(ConstraintViolation<?> violation) {
    var name = "";
    for (Path.Node node : violation.getPropertyPath()) {
      name = node.getName();
    }
    return FieldError.in(name, violation.getMessage());
  }
}
