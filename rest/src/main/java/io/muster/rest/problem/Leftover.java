package io.muster.rest.problem;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * What still comes of a request that has its answer. A connection that is closed while the other
 * end sends is reset, and the answer is lost with it (RFC 9112 §9.6): so the rest is read and
 * thrown away, within bounds. Confined to the request's event loop.
 */
final class Leftover {
  private static final long MOST_BYTES = 8L * 1024 * 1024;
  private static final Duration MOST_TIME = Duration.ofSeconds(10);
  private static final long NO_ERROR = 0;

  private final RoutingContext context;
  private final HttpServerRequest request;
  private long left = MOST_BYTES;

  private Leftover(RoutingContext context) {
    this.context = context;
    this.request = context.request();
  }

  /** To be called at the event loop, before the answer. */
  static void discardAfterTheAnswer(RoutingContext context) {
    var loop = Vertx.currentContext();
    context.addEndHandler(
        answered -> loop.runOnContext(now -> new Leftover(context).discard(loop)));
  }

  private void discard(Context loop) {
    if (request.isEnded()) {
      closeIfSaid();
      return;
    }
    var timer = loop.owner().setTimer(MOST_TIME.toMillis(), late -> giveUp());
    request.exceptionHandler(gone -> loop.owner().cancelTimer(timer));
    request.endHandler(
        whole -> {
          loop.owner().cancelTimer(timer);
          closeIfSaid();
        });
    request.handler(bytes -> drop(bytes.length()));
    request.resume();
  }

  private void drop(int bytes) {
    left -= bytes;
    if (left < 0) {
      giveUp();
    }
  }

  private void giveUp() {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset(NO_ERROR);
    } else {
      request.connection().close();
    }
  }

  private void closeIfSaid() {
    if (context.response().headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true)) {
      request.connection().close();
    }
  }
}
