package io.muster.rest.problem;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.rest.bans.QuietLogger;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Turns what went wrong into a problem: logged, counted, answered. Thread-safe. */
@ApplicationScoped
public class Problems {
  private static final Logger LOG = Logger.getLogger("io.muster.rest.problem");
  private static final String RETRY_AFTER_SECONDS = "2";

  private final QuietLogger refusals = new QuietLogger(LOG::info, QuietLogger.REFUSALS);
  private final MeterRegistry meters;

  Problems(MeterRegistry meters) {
    this.meters = meters;
  }

  Response responseTo(Throwable thrown) {
    var refusal = RefusalOfException.of(thrown);
    var problem = told(refusal, thrown);
    var response = Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
    headers(refusal).forEach(response::header);
    return response.build();
  }

  /** The same for an answer that is not HTTP's: logged and counted, to be sent some other way. */
  public Problem problemOf(Throwable thrown) {
    return told(RefusalOfException.of(thrown), thrown);
  }

  private Problem told(Refusal refusal, Throwable thrown) {
    var problem = problem(refusal);
    if (refusal instanceof Refusal.Unexpected) {
      LOG.errorf(thrown, "Unexpected error, trace %s", problem.traceId());
    } else if (refusal instanceof Refusal.Unavailable) {
      LOG.warnf("Unavailable: %s, trace %s", thrown, problem.traceId());
    }
    return problem;
  }

  /** Counted by kind: who is refused again and again is seen. */
  Problem problem(Refusal refusal) {
    var problem = ProblemFactory.of(refusal, TraceId.current());
    var kind = problem.type().substring(Problem.TYPE_PREFIX.length());
    meters.counter("muster.problems", "type", kind).increment();
    MeteredPath.hide();
    if (problem.status() == 401 || problem.status() == 403) {
      refusals.write(
          "Refused: %s, %s, trace %s", kind, RefusedRequest.current(), problem.traceId());
    }
    return problem;
  }

  /** What an answer says beside its problem, by the names of its headers. */
  static Map<String, String> headers(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NotAuthenticated(var challenge) ->
          Map.of(HttpHeaders.WWW_AUTHENTICATE, challenge.header());
      case Refusal.Unavailable ignored -> Map.of(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
      case Refusal.TooManyFailures it ->
          Map.of(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(it.retryAfter())));
      case Refusal.LimitReached it ->
          it.retryAfter() == null
              ? Map.of()
              : Map.of(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(it.retryAfter())));
      case Refusal.MethodNotAllowed(var allowed) ->
          allowed.isEmpty()
              ? Map.of()
              : Map.of(
                  HttpHeaders.ALLOW, allowed.stream().sorted().collect(Collectors.joining(", ")));
      case Refusal.VersionMismatch it -> Map.of(HttpHeaders.ETAG, "\"" + it.current() + "\"");
      case Refusal.Malformed _,
          Refusal.Forbidden _,
          Refusal.Absent _,
          Refusal.NotAcceptable _,
          Refusal.Conflict _,
          Refusal.TooLarge _,
          Refusal.UnsupportedMediaType _,
          Refusal.Meaningless _,
          Refusal.VersionRequired _,
          Refusal.Unexpected _ ->
          Map.of();
    };
  }

  /** Rounded up: who comes then is listened to. */
  private static long wholeSeconds(Duration duration) {
    return Math.max(1, duration.plusSeconds(1).minusNanos(1).toSeconds());
  }
}
