package io.muster.rest.client;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes lines of an answer until there are enough, and lets go of the rest. An answer that breaks
 * off before is none. Called by the connection's event loop alone.
 */
final class FirstLines {
  private final HttpClientRequest request;
  private final int most;
  private final UniEmitter<? super List<String>> waiting;
  private final Lines lines = new Lines();
  private final List<String> taken = new ArrayList<>();
  private boolean done;

  private FirstLines(
      HttpClientRequest request, int most, UniEmitter<? super List<String>> waiting) {
    this.request = request;
    this.most = most;
    this.waiting = waiting;
  }

  /** Reads an answer from its beginning; fails when it has too long a line or breaks off. */
  static Uni<List<String>> of(HttpClientRequest request, HttpClientResponse response, int most) {
    return Uni.createFrom()
        .emitter(
            waiting -> {
              var it = new FirstLines(request, most, waiting);
              waiting.onTermination(it::letGo);
              response.exceptionHandler(it::fail);
              response.endHandler(it::end);
              response.handler(it::take);
            });
  }

  private void take(Buffer piece) {
    if (done) {
      return;
    }
    try {
      taken.addAll(lines.add(piece.getBytes()));
    } catch (NeighbourAwayException tooLong) {
      fail(tooLong);
      request.reset();
      return;
    }
    if (taken.size() >= most) {
      finish();
      request.reset();
    }
  }

  private void end() {
    if (!done) {
      taken.addAll(lines.rest());
      finish();
    }
  }

  private void finish() {
    done = true;
    waiting.complete(List.copyOf(taken.subList(0, Math.min(most, taken.size()))));
  }

  /** What comes after the end, as the reset's own failure, is nobody's concern. */
  private void fail(Throwable failure) {
    if (!done) {
      done = true;
      waiting.fail(failure);
    }
  }

  /** Nobody waits any more. */
  private void letGo() {
    if (!done) {
      done = true;
      request.reset();
    }
  }
}
