package io.muster.ingest.retention;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Steps that follow each other. Not as a chain of futures: that ends within as many calls as it has
 * links, and some thousands are more than a stack holds. Stateless.
 */
final class OneByOne {
  private OneByOne() {}

  /** Takes a step again and again, until one says that it was the last or fails. */
  static Future<Void> whilst(Supplier<Future<Boolean>> step) {
    var done = Promise.<Void>promise();
    goOn(step, done);
    return done.future();
  }

  /** A step for each. */
  static <T> Future<Void> each(Iterator<T> all, Function<T, Future<Void>> step) {
    return whilst(
        () ->
            all.hasNext()
                ? step.apply(all.next()).map(taken -> true)
                : Future.succeededFuture(false));
  }

  /** Steps that are done at once are a loop; the others end on a stack of their own. */
  private static void goOn(Supplier<Future<Boolean>> step, Promise<Void> done) {
    var taken = step.get();
    while (taken.succeeded() && taken.result()) {
      taken = step.get();
    }
    taken.onComplete(
        ended -> {
          if (ended.failed()) {
            done.fail(ended.cause());
          } else if (ended.result()) {
            goOn(step, done);
          } else {
            done.complete();
          }
        });
  }
}
