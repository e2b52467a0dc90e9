package io.muster.rest.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ValidationException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * The one place where exceptions become answers. The classes are named because the framework brings
 * a mapper of its own for each of them, and the nearest class wins.
 */
class ProblemMapper {
  private final Problems problems;

  ProblemMapper(Problems problems) {
    this.problems = problems;
  }

  @ServerExceptionMapper({
    Throwable.class,
    RefusedException.class,
    WebApplicationException.class,
    NotFoundException.class,
    ValidationException.class,
    ConstraintViolationException.class,
    JsonProcessingException.class,
    MismatchedInputException.class,
    AuthenticationCompletionException.class,
    AuthenticationFailedException.class,
    UnauthorizedException.class,
    ForbiddenException.class
  })
  Response toResponse(Throwable thrown) {
    return problems.responseTo(thrown);
  }
}
