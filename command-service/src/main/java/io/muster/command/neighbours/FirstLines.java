package io.muster.command.neighbours;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads lines of an answer until there are enough, and lets go of the rest. An answer that breaks
 * off is none. Called by the connection's event loop.
 */
final class FirstLines {
  private static final int MAX_LINE_BYTES = 16_384;

  private final HttpClientRequest request;
  private final int most;
  private final UniEmitter<? super List<String>> answer;
  private final List<String> lines = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean done;

  private FirstLines(HttpClientRequest request, int most, UniEmitter<? super List<String>> answer) {
    this.request = request;
    this.most = most;
    this.answer = answer;
  }

  static Uni<List<String>> of(HttpClientRequest request, HttpClientResponse response, int most) {
    return Uni.createFrom()
        .emitter(
            answer -> {
              var reading = new FirstLines(request, most, answer);
              answer.onTermination(reading::letGo);
              response.exceptionHandler(reading::failed);
              response.endHandler(reading::ended);
              response.handler(reading::read);
            });
  }

  private void read(Buffer some) {
    for (var one : some.getBytes()) {
      if (done) {
        return;
      }
      if (one == '\n') {
        take();
      } else if (line.size() < MAX_LINE_BYTES) {
        line.write(one);
      } else {
        failed(new NeighbourAwayException("a line of the answer is too long"));
      }
    }
  }

  private void take() {
    if (line.size() > 0) {
      lines.add(line.toString(StandardCharsets.UTF_8));
      line.reset();
    }
    if (lines.size() >= most) {
      done = true;
      request.reset();
      answer.complete(List.copyOf(lines));
    }
  }

  private void ended() {
    if (!done) {
      take();
      if (!done) {
        done = true;
        answer.complete(List.copyOf(lines));
      }
    }
  }

  private void failed(Throwable failure) {
    if (!done) {
      done = true;
      answer.fail(failure);
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
