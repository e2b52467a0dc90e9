package io.muster.localstack.stack;

import io.muster.localstack.UserMistake;
import io.muster.localstack.process.LogTail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Processes that need not wait for each other, started and ended together. */
final class ChildGroup {
  private static final Duration READY_WITHIN = Duration.ofSeconds(120);
  private static final int LOG_LINES = 12;

  private final ChildEvents events;
  private final List<SupervisedChild> children = new ArrayList<>();
  private boolean stopped;

  ChildGroup(ChildEvents events) {
    this.events = events;
  }

  /**
   * Starts them; returns when all are ready.
   *
   * @throws UserMistake when one does not become ready
   */
  void start(List<ChildPlan> plans) {
    var started = startAll(plans);
    var end = System.nanoTime() + READY_WITHIN.toNanos();
    for (var i = 0; i < plans.size(); i++) {
      await(plans.get(i), started.get(i), end - System.nanoTime());
    }
  }

  /** Ends them all; returns when they have ended. */
  void stop() {
    List<SupervisedChild> running;
    synchronized (this) {
      stopped = true;
      running = List.copyOf(children);
    }
    var threads = running.stream().map(child -> Thread.ofVirtual().start(child::stop)).toList();
    for (var thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized List<CompletableFuture<Void>> startAll(List<ChildPlan> plans) {
    if (stopped) {
      throw new UserMistake("Stopped.");
    }
    var started = new ArrayList<CompletableFuture<Void>>();
    for (var plan : plans) {
      var child = new SupervisedChild(plan, BackOff.DEFAULT, events);
      children.add(child);
      started.add(child.start());
    }
    return started;
  }

  private void await(ChildPlan plan, CompletableFuture<Void> ready, long nanos) {
    try {
      ready.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new UserMistake(
          "%s was not ready after %d s: %s. The end of its log:\n  | %s"
              .formatted(
                  plan.name(),
                  READY_WITHIN.toSeconds(),
                  plan.readiness().missing().orElse("just now it is"),
                  String.join("\n  | ", LogTail.last(plan.launch().log(), 0, LOG_LINES))),
          e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UserMistake mistake
          ? mistake
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserMistake("Interrupted.", e);
    }
  }
}
