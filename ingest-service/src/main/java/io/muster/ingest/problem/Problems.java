package io.muster.ingest.problem;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;

/** Turns what went wrong into a problem: logged, counted, answered. Thread-safe. */
@ApplicationScoped
class Problems {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.problem");
  private static final String RETRY_AFTER_SECONDS = "2";

  private final MeterRegistry meters;

  Problems(MeterRegistry meters) {
    this.meters = meters;
  }

  Response responseTo(Throwable thrown) {
    var refusal = RefusalOfThrowable.of(thrown);
    var problem = ProblemFactory.of(refusal, TraceId.current());
    note(thrown, refusal, problem);
    var response = Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
    if (refusal instanceof Refusal.NotAuthenticated) {
      response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    if (refusal instanceof Refusal.Unavailable || refusal instanceof Refusal.LimitReached) {
      response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return response.build();
  }

  /** Counted by kind: who is refused again and again is seen. */
  private void note(Throwable thrown, Refusal refusal, Problem problem) {
    var kind = problem.type().substring(Problem.TYPE_PREFIX.length());
    meters.counter("muster.ingest.problems", "type", kind).increment();
    if (refusal instanceof Refusal.Unexpected) {
      LOG.errorf(thrown, "Unexpected error, trace %s", problem.traceId());
    } else if (refusal instanceof Refusal.Unavailable) {
      LOG.warnf("Unavailable: %s, trace %s", thrown, problem.traceId());
    } else if (problem.status() == 401 || problem.status() == 403) {
      LOG.infof("Refused: %s, %s, trace %s", kind, RefusedRequest.current(), problem.traceId());
    }
  }
}
