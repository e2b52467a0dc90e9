package io.muster.rest.problem;

import io.muster.rest.requests.Clients;
import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;

/** What a log says of a request that was refused: never its query, its headers or its body. */
final class RefusedRequest {
  private static final int MAX_PATH_CHARACTERS = 256;

  private RefusedRequest() {}

  /** The request that this thread works on, or a word that there is none. */
  static String current() {
    if (!Arc.container().requestContext().isActive()) {
      return "a request";
    }
    var context = Arc.container().instance(CurrentVertxRequest.class).get().getCurrent();
    return context == null ? "a request" : text(context.request());
  }

  static String text(HttpServerRequest request) {
    var client = Arc.container().instance(Clients.class).get().address(request);
    return text(request.method().name(), request.path(), client);
  }

  /** Whatever a client wrote, it stays one line of bounded length. */
  static String text(String method, String path, String address) {
    var shown = path == null ? "" : path;
    if (shown.length() > MAX_PATH_CHARACTERS) {
      shown = shown.substring(0, MAX_PATH_CHARACTERS) + "…";
    }
    return "%s %s from %s".formatted(printable(method), printable(shown), address);
  }

  private static String printable(String text) {
    return text.replaceAll("[^!-~…]", "?");
  }
}
