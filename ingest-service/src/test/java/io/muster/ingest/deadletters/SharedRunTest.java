package io.muster.ingest.deadletters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SharedRunTest {
  private final List<Promise<Void>> begun = new ArrayList<>();
  private final SharedRun run =
      new SharedRun(
          () -> {
            var promise = Promise.<Void>promise();
            begun.add(promise);
            return promise.future();
          });

  @Test
  void whoAskMeanwhileShareTheNextRun() {
    var first = run.run();
    var others = Stream.generate(run::run).limit(1_000).toList();
    assertEquals(1, begun.size());
    begun.get(0).complete();
    assertTrue(first.succeeded());
    assertEquals(2, begun.size());
    assertFalse(others.getFirst().isComplete());
    begun.get(1).complete();
    assertTrue(others.stream().allMatch(Future::succeeded));
    assertEquals(2, begun.size());
  }

  @Test
  void afterAFailureItRunsAgain() {
    var first = run.run();
    var second = run.run();
    begun.get(0).fail("away");
    assertTrue(first.failed());
    begun.get(1).complete();
    assertTrue(second.succeeded());
    run.run();
    assertEquals(3, begun.size());
  }

  @Test
  void aTaskThatThrowsHasFailed() {
    var faulty =
        new SharedRun(
            () -> {
              throw new IllegalStateException("closed");
            });
    assertTrue(faulty.run().failed());
    assertTrue(faulty.run().failed());
  }
}
