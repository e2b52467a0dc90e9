package io.muster.rest.problem;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.muster.contract.id.MalformedIdException;
import io.quarkus.security.AuthenticationException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads what an exception says about a request. Nothing of an exception's own text leaves unless it
 * was written for the sender: frameworks put class names into theirs.
 */
final class RefusalOfException {
  private static final int CAUSES_LOOKED_AT = 10;
  private static final String DATABASE = "The database cannot be reached at the moment";
  private static final String TOO_MUCH =
      "This takes longer than is allowed; asking for less, as a shorter range of time, may not";

  private RefusalOfException() {}

  static Refusal of(Throwable thrown) {
    return causes(thrown)
        .flatMap(cause -> known(cause).stream())
        .findFirst()
        .or(() -> ofStatus(thrown))
        .orElseGet(Refusal.Unexpected::new);
  }

  private static Stream<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, it -> it != null, Throwable::getCause).limit(CAUSES_LOOKED_AT);
  }

  private static Optional<Refusal> known(Throwable thrown) {
    return Optional.ofNullable(
        switch (thrown) {
          case RefusedException refused -> refused.refusal();
          case BodyTooLongException body -> body.refusal();
          case MalformedIdException id -> malformed(FieldError.in(id.kind(), id.getMessage()));
          case ConstraintViolationException violations -> ofViolations(violations);
          case JsonProcessingException json -> ofJson(json);
          case UnauthorizedException ignored -> new Refusal.NotAuthenticated();
          case AuthenticationException ignored -> new Refusal.NotAuthenticated();
          case ForbiddenException ignored ->
              new Refusal.Forbidden("The token's roles do not allow this.");
          default -> ofDatabase(thrown);
        });
  }

  private static Refusal ofDatabase(Throwable thrown) {
    if (DatabaseAway.tookTooLong(thrown)) {
      return new Refusal.Unavailable(TOO_MUCH);
    }
    return DatabaseAway.isCauseOf(thrown) ? new Refusal.Unavailable(DATABASE) : null;
  }

  private static Optional<Refusal> ofStatus(Throwable thrown) {
    if (!(thrown instanceof WebApplicationException http)) {
      return Optional.empty();
    }
    // What cannot be converted in a path or query is no thing that is not there.
    return http.getCause() instanceof IllegalArgumentException
            || http.getCause() instanceof DateTimeException
        ? Optional.of(malformed("A parameter has a value that it cannot have."))
        : ofStatus(http.getResponse().getStatus());
  }

  static Optional<Refusal> ofStatus(int status) {
    return Optional.ofNullable(
        switch (status) {
          case 400 -> malformed("The request cannot be read.");
          case 401 -> new Refusal.NotAuthenticated();
          case 403 -> new Refusal.Forbidden("The token's roles do not allow this.");
          case 404 -> new Refusal.Absent("There is nothing at this path.");
          case 405 -> new Refusal.MethodNotAllowed();
          case 406 -> new Refusal.NotAcceptable();
          case 413 -> new Refusal.TooLarge("The body is larger than this service reads.");
          case 414 -> new Refusal.TooLarge("The path is longer than this service reads.");
          case 415 -> new Refusal.UnsupportedMediaType();
          case 431 -> new Refusal.TooLarge("The headers are larger than this service reads.");
          case 503 -> new Refusal.Unavailable("The service is not ready at the moment");
          default -> null;
        });
  }

  private static Refusal ofViolations(ConstraintViolationException violations) {
    var errors =
        violations.getConstraintViolations().stream()
            .map(RefusalOfException::fieldError)
            .sorted(java.util.Comparator.comparing(FieldError::toString))
            .toList();
    return errors.stream().anyMatch(error -> error.parameter() != null)
        ? new Refusal.Malformed("A parameter has a value that it cannot have.", errors)
        : new Refusal.Meaningless(errors);
  }

  private static FieldError fieldError(ConstraintViolation<?> violation) {
    var place = ViolationPlace.of(violation.getPropertyPath());
    return place.inBody()
        ? FieldError.at(place.text(), violation.getMessage())
        : FieldError.in(place.text(), violation.getMessage());
  }

  private static Refusal ofJson(JsonProcessingException json) {
    return switch (json) {
      case StreamConstraintsException ignored ->
          malformed("The JSON is nested too deeply or has a value that is too long.");
      case InputCoercionException range ->
          malformed(FieldError.at(pointer(range), "is a number that is out of range"));
      case UnrecognizedPropertyException unknown ->
          malformed(FieldError.at(pointer(unknown), "is not a member that is known here"));
      case InvalidTypeIdException kind ->
          malformed(FieldError.at(pointer(kind) + "/kind", "is not a kind that is known here"));
      case MismatchedInputException mismatch ->
          malformed(FieldError.at(pointer(mismatch), expectation(mismatch)));
      case JsonMappingException mapping -> ofMapping(mapping);
      case JsonProcessingException syntax -> malformed("The body is not JSON" + position(syntax));
    };
  }

  /** A record's constructor refused a value, or the text broke off inside a member. */
  private static Refusal ofMapping(JsonMappingException mapping) {
    return switch (mapping.getCause()) {
      case MalformedIdException id -> malformed(FieldError.at(pointer(mapping), id.getMessage()));
      case JsonProcessingException syntax -> ofJson(syntax);
      case null, default ->
          malformed(FieldError.at(pointer(mapping), "has a value that cannot be accepted"));
    };
  }

  private static String expectation(MismatchedInputException mismatch) {
    if (mismatch.getCause() instanceof MalformedIdException id) {
      return id.getMessage();
    }
    var type = mismatch.getTargetType();
    if (type == null) {
      return "has a wrong type";
    }
    return "has a wrong type or form; expected " + JsonTypeName.of(type);
  }

  private static String pointer(JsonMappingException mapping) {
    var pointer = JsonPointer.empty();
    for (var step : mapping.getPath()) {
      pointer =
          step.getFieldName() != null
              ? pointer.appendProperty(step.getFieldName())
              : pointer.appendIndex(Math.max(0, step.getIndex()));
    }
    return pointer.toString();
  }

  /** The parser stands at the number still. */
  private static String pointer(InputCoercionException range) {
    var parser = range.getProcessor();
    return parser == null ? "" : parser.getParsingContext().pathAsPointer().toString();
  }

  private static String position(JsonProcessingException syntax) {
    var at = syntax.getLocation();
    return at == null ? "." : ": line %d, column %d.".formatted(at.getLineNr(), at.getColumnNr());
  }

  private static Refusal malformed(String detail) {
    return new Refusal.Malformed(detail, List.of());
  }

  private static Refusal malformed(FieldError error) {
    return new Refusal.Malformed("The request cannot be understood.", List.of(error));
  }
}
