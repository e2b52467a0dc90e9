package io.muster.rest.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/** Refuses a request that no resource has seen, in the words of the resources. Thread-safe. */
@ApplicationScoped
public class EarlyAnswer {
  private final Problems problems;
  private final ObjectMapper mapper;

  EarlyAnswer(Problems problems, ObjectMapper mapper) {
    this.problems = problems;
    this.mapper = mapper;
  }

  /** Ends the response; counted and logged as all refusals are. */
  public void refuse(RoutingContext context, Refusal refusal) {
    var problem = problems.problem(refusal);
    Problems.headers(refusal).forEach(context.response()::putHeader);
    context
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
        .end(json(problem));
  }

  private Buffer json(Problem problem) {
    try {
      return Buffer.buffer(mapper.writeValueAsBytes(problem));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
