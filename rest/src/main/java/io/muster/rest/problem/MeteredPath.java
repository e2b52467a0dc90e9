package io.muster.rest.problem;

import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Vertx;

/**
 * By which path the metrics count a request that was refused before it came to a resource. Its own
 * is whatever a client wrote: each would be a series of its own, and anybody could use up the room
 * that there is for series.
 */
final class MeteredPath {
  /** Where the meters of requests look for a template (Quarkus' binder for Micrometer). */
  private static final String TEMPLATE = "UrlPathTemplate";

  private static final String ANY_PATH = "/refused";

  private MeteredPath() {}

  /** To be called while the request is worked on; of one that a resource took, nothing changes. */
  static void hide() {
    if (VertxContext.isOnDuplicatedContext()) {
      var request = Vertx.currentContext();
      if (request.getLocal(TEMPLATE) == null) {
        request.putLocal(TEMPLATE, ANY_PATH);
      }
    }
  }
}
