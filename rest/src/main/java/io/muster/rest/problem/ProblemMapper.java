package io.muster.rest.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ValidationException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

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
  Response toResponse(Throwable thrown, ServerRequestContext request) {
    return problems.responseTo(atAnotherMethod(thrown, request).orElse(thrown));
  }

  /** Of a request for which no method of a resource was found: whether another method has one. */
  private static Optional<Throwable> atAnotherMethod(
      Throwable thrown, ServerRequestContext request) {
    var unfound = thrown instanceof NotFoundException || thrown instanceof NotAllowedException;
    if (!unfound
        || thrown.getCause() != null
        || !(request instanceof ResteasyReactiveRequestContext asked)) {
      return Optional.empty();
    }
    var allowed =
        AllowedMethods.at(asked.getPathWithoutPrefix(), asked.getDeployment().getClassMappers());
    return allowed.isEmpty() || allowed.contains(asked.getMethod())
        ? Optional.empty()
        : Optional.of(new Refusal.MethodNotAllowed(allowed).asException());
  }
}
