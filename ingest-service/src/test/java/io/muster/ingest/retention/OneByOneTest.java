package io.muster.ingest.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OneByOneTest {
  private static final int MANY = 1_000_000;

  @Test
  void takesAnyNumberOfStepsThatAreDoneAtOnce() {
    var taken = new AtomicInteger();
    var done = OneByOne.whilst(() -> Future.succeededFuture(taken.incrementAndGet() < MANY));
    assertTrue(done.succeeded());
    assertEquals(MANY, taken.get());
  }

  @Test
  void takesAnyNumberOfStepsThatAreDoneLater() {
    var open = new ArrayDeque<Promise<Void>>();
    var done =
        OneByOne.each(
            IntStream.range(0, 100_000).iterator(),
            one -> {
              var step = Promise.<Void>promise();
              open.add(step);
              return step.future();
            });
    var taken = 0;
    while (!open.isEmpty()) {
      assertEquals(1, open.size(), "one at a time");
      taken++;
      open.remove().complete();
    }
    assertTrue(done.succeeded());
    assertEquals(100_000, taken);
  }

  @Test
  void endsWithTheFirstFailure() {
    var fault = new IllegalStateException("no");
    var taken = new AtomicInteger();
    var done =
        OneByOne.each(
            List.of(1, 2, 3).iterator(),
            one ->
                taken.incrementAndGet() < 2
                    ? Future.succeededFuture()
                    : Future.failedFuture(fault));
    assertSame(fault, done.cause());
    assertEquals(2, taken.get());
  }
}
