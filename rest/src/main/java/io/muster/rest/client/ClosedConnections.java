package io.muster.rest.client;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClosedException;

/**
 * What to do about a kept connection that the other side closes just when it is used again, as a
 * server may at any time (RFC 9112 §9.5) and does when it is restarted. Thread-safe.
 */
public final class ClosedConnections {
  private ClosedConnections() {}

  /**
   * Asks once more, over another connection, when the first one was closed before its answer.
   *
   * @param question asked anew by each subscription; one that may be asked twice, since it may have
   *     been heard (RFC 9110 §9.2.2)
   * @return fails as the question does, be it the second time
   */
  public static <T> Uni<T> askingAgain(Uni<T> question) {
    return question.onFailure(HttpClosedException.class).retry().atMost(1);
  }
}
