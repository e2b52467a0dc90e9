package io.muster.rest.problem;

import io.muster.rest.bans.QuietLogger;
import io.muster.rest.requests.RequestsConfig;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * The first look at a request, before anything of it is resolved or read: no paths that mean
 * another one than they show, no bodies that are too long. The server itself would tidy the one up
 * and answer the other without a word. What it cannot route at all it would take for a fault of
 * ours, and anybody could fill the log with it.
 */
@ApplicationScoped
class RequestGate {

  /** Before the server's own limits. */
  private static final int PRIORITY = 1_000;

  /** A segment of dots, an encoded or backward slash, or parameters within the path. */
  private static final Pattern TRICK =
      Pattern.compile("(^|/)(\\.|%2e){1,2}(/|$)|%2f|%5c|%3b|%00|[;\\\\]", Pattern.CASE_INSENSITIVE);

  /** PostgreSQL knows no NUL, so nothing is called like that or can be compared with it. */
  private static final Pattern NUL = Pattern.compile("%00");

  /** After the server has looked at the length, and before anything reads. */
  private static final int READING_PRIORITY = 1;

  /**
   * How much more the server itself lets through of a body that does not say how long it is. It
   * ends such a request without a word, so it must not come before {@link BodyBound}.
   */
  private static final long MARGIN_BYTES = 1_048_576;

  /** What the server's reader of bodies goes by. */
  private static final String MAX_BODY = VertxHttpRecorder.MAX_REQUEST_SIZE_KEY;

  private final QuietLogger tricks =
      new QuietLogger(Logger.getLogger("io.muster.rest.problem")::info, QuietLogger.REFUSALS);
  private final EarlyAnswer answer;
  private final RequestsConfig limits;
  private final StreamedPaths streamed;

  RequestGate(EarlyAnswer answer, RequestsConfig limits, StreamedPaths streamed) {
    this.answer = answer;
    this.limits = limits;
    this.streamed = streamed;
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
    filters.register(this::bound, READING_PRIORITY);
  }

  /** The router fails these by itself, before any filter. */
  void register(@Observes Router router) {
    router.route().order(-PRIORITY).failureHandler(this::refuseUnroutable);
  }

  private void refuseUnroutable(RoutingContext context) {
    if (isUnroutable(context.request())) {
      refuse(
          context,
          new Refusal.Malformed(
              "A request names a host, and a path that begins with /.", List.of()));
    } else {
      context.next();
    }
  }

  /** Also the preface of HTTP/2 (RFC 9113 §3.4), where nothing but HTTP/1 is spoken. */
  private static boolean isUnroutable(HttpServerRequest request) {
    var path = request.path();
    return path == null
        || !path.startsWith("/")
        || request.authority() == null && request.version() != HttpVersion.HTTP_1_0;
  }

  /** A body that does not say how long it is must end as well. */
  private void bound(RoutingContext context) {
    if (BodyLength.isOpen(context.request()) && !streamed.matches(context.request())) {
      long most = limits.maxBodyBytes();
      context.put(BodyBound.MOST_BYTES, most);
      context.put(MAX_BODY, most + MARGIN_BYTES);
      Leftover.discardAfterTheAnswer(context);
    }
    context.next();
  }

  private void check(RoutingContext context) {
    var request = context.request();
    var length = BodyLength.announced(request);
    if (request.version() == null) {
      refuse(context, new Refusal.Malformed("HTTP of that version is not spoken here.", List.of()));
    } else if (request.path() != null && TRICK.matcher(path(request.uri())).find()) {
      tricks.write("Refused: no plain path, %s", RefusedRequest.text(request));
      refuse(context, new Refusal.Malformed("The path is not in its plain form.", List.of()));
    } else if (NUL.matcher(request.uri()).find()) {
      refuse(context, new Refusal.Malformed("The query holds a NUL.", List.of()));
    } else if (request.uri().indexOf(';') >= 0) {
      // Of a filter it would be an end: more would be found than was asked for.
      refuse(
          context,
          new Refusal.Malformed(
              "In the query a ; is written %3B: as it is, it begins another parameter.",
              List.of()));
    } else if (length.orElse(0) > limits.maxBodyBytes() && !streamed.matches(request)) {
      Leftover.discardAfterTheAnswer(context);
      refuse(context, BodyTooLongException.refusal(limits.maxBodyBytes()));
    } else {
      context.next();
    }
  }

  private void refuse(RoutingContext context, Refusal refusal) {
    if (context.request().version() != HttpVersion.HTTP_2) {
      // The body is not read, so nothing else can come over this connection.
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    answer.refuse(context, refusal);
  }

  private static String path(String uri) {
    var query = uri.indexOf('?');
    return (query < 0 ? uri : uri.substring(0, query)).toLowerCase(Locale.ROOT);
  }
}
