package io.muster.rest.requests;

import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a request: its answer was sent, or its connection was lost. Of Vert.x it can be known
 * on the request's event loop alone, and several times; here from everywhere, and once.
 * Thread-safe.
 */
public final class RequestEnd {
  private static final String KEY = RequestEnd.class.getName();

  private final List<Runnable> steps = new ArrayList<>(2);
  private boolean over;

  private RequestEnd() {}

  /** Begins to watch a request, before others look at it, on its event loop. */
  public static RequestEnd watch(RoutingContext context) {
    var end = new RequestEnd();
    context.put(KEY, end);
    context.addEndHandler(_ -> end.come());
    return end;
  }

  /**
   * Of a request that is watched.
   *
   * @throws IllegalStateException when nobody watches it
   */
  public static RequestEnd of(RoutingContext context) {
    RequestEnd end = context.get(KEY);
    if (end == null) {
      throw new IllegalStateException("Nobody watches " + context.normalizedPath());
    }
    return end;
  }

  /**
   * @param step is taken at the end, on whichever thread learns of it, and must not wait; here and
   *     now when the request is over
   */
  public void then(Runnable step) {
    if (!isToCome(step)) {
      step.run();
    }
  }

  private synchronized boolean isToCome(Runnable step) {
    return !over && steps.add(step);
  }

  private void come() {
    remaining().forEach(Runnable::run);
  }

  private synchronized List<Runnable> remaining() {
    over = true;
    var remaining = List.copyOf(steps);
    steps.clear();
    return remaining;
  }
}
