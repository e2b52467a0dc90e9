package io.muster.localstack.stack;

import io.muster.localstack.UserMistake;
import io.muster.localstack.process.ChildProcess;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one program running: starts it, watches it on a thread of its own, and starts it again with
 * back-off when it ends unasked. Safe for use by several threads.
 */
final class SupervisedChild {
  private static final int LOG_LINES = 12;
  private static final int ATTEMPTS_UNTIL_FIRST_READY = 3;
  private static final Duration LOOK_WHILE_STARTING = Duration.ofMillis(100);
  private static final Duration LOOK_WHILE_READY = Duration.ofSeconds(1);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);

  private final ChildPlan plan;
  private final BackOff backOff;
  private final ChildEvents events;
  private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private Thread watcher;
  private ChildProcess process;
  private ProcessRecord record;

  SupervisedChild(ChildPlan plan, BackOff backOff, ChildEvents events) {
    this.plan = plan;
    this.backOff = backOff;
    this.events = events;
    this.record =
        new ProcessRecord(plan.name(), 0, Instant.EPOCH, plan.address(), ProcessState.STOPPED, "");
  }

  /**
   * Starts it; at most once.
   *
   * @return completes when it is ready for the first time; exceptionally, with {@link UserMistake},
   *     when it has ended three times before
   */
  synchronized CompletableFuture<Void> start() {
    watcher = Thread.ofPlatform().daemon().name("watch-" + plan.name()).start(this::watch);
    return firstReady;
  }

  synchronized ProcessRecord record() {
    return record;
  }

  /** Ends it for good; returns when it has ended. */
  void stop() {
    stopAsked.countDown();
    running().ifPresent(this::stop);
    awaitWatcher();
    become(ProcessState.STOPPED, "");
  }

  private void stop(ChildProcess running) {
    become(ProcessState.STOPPING, "");
    running.stop(STOPPED_WITHIN);
  }

  private void watch() {
    var crashes = 0;
    var ended = runOnce();
    while (ended.isPresent()) {
      var end = ended.get();
      crashes = backOff.afterCrash(crashes, end.ranFor());
      if (!firstReady.isDone() && crashes >= ATTEMPTS_UNTIL_FIRST_READY) {
        become(ProcessState.CRASHED, end.reason());
        firstReady.completeExceptionally(end.failure(plan.name()));
        return;
      }
      var pause = backOff.delay(crashes);
      become(ProcessState.CRASHED, end.reason());
      events.crashed(record(), end.exitCode(), end.logTail(), pause);
      ended = waitedForStop(pause) ? Optional.empty() : runOnce();
    }
    firstReady.completeExceptionally(new UserMistake(plan.name() + " was stopped."));
  }

  /** How it ended; empty when that was asked for. */
  private Optional<Ended> runOnce() {
    var began = System.nanoTime();
    Optional<ChildProcess> started;
    try {
      started = startUnlessStopped();
    } catch (UncheckedIOException e) {
      return Optional.of(new Ended(-1, e.getMessage(), Duration.ZERO, List.of()));
    }
    if (started.isEmpty()) {
      return Optional.empty();
    }
    watchReadiness(started.get());
    var exitCode = started.get().onExit().join();
    var ranFor = Duration.ofNanos(System.nanoTime() - began);
    return stopAsked()
        ? Optional.empty()
        : Optional.of(
            new Ended(exitCode, "exit code " + exitCode, ranFor, started.get().logTail(LOG_LINES)));
  }

  private synchronized Optional<ChildProcess> startUnlessStopped() {
    if (stopAsked()) {
      return Optional.empty();
    }
    process = ChildProcess.start(plan.launch());
    publish(
        new ProcessRecord(
            plan.name(),
            process.pid(),
            process.startedAt(),
            plan.address(),
            ProcessState.STARTING,
            "",
            ProcessStart.mark(process.pid())));
    return Optional.of(process);
  }

  /** Returns when the process has ended. */
  private void watchReadiness(ChildProcess started) {
    var ended = false;
    while (!ended) {
      var missing = plan.readiness().missing();
      if (started.isAlive()) {
        missing.ifPresentOrElse(this::isNotReady, this::isReady);
      }
      var ready = missing.isEmpty();
      ended = started.awaitEnd(ready ? LOOK_WHILE_READY : LOOK_WHILE_STARTING);
    }
  }

  private void isReady() {
    if (!stopAsked()) {
      become(ProcessState.READY, "");
      firstReady.complete(null);
    }
  }

  private void isNotReady(String reason) {
    if (!stopAsked()) {
      var begun = record().state() == ProcessState.STARTING;
      become(begun ? ProcessState.STARTING : ProcessState.NOT_READY, reason);
    }
  }

  private synchronized void become(ProcessState state, String detail) {
    if (record.state() != state || !record.detail().equals(detail)) {
      publish(record.in(state, detail));
    }
  }

  private synchronized void publish(ProcessRecord next) {
    record = next;
    events.changed(next);
  }

  private synchronized Optional<ChildProcess> running() {
    return Optional.ofNullable(process).filter(ChildProcess::isAlive);
  }

  private boolean stopAsked() {
    return stopAsked.getCount() == 0;
  }

  private boolean waitedForStop(Duration pause) {
    try {
      return stopAsked.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void awaitWatcher() {
    Thread thread;
    synchronized (this) {
      thread = watcher;
    }
    try {
      if (thread != null) {
        thread.join(STOPPED_WITHIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Ended(int exitCode, String reason, Duration ranFor, List<String> logTail) {
    UserMistake failure(String name) {
      var tail = logTail.isEmpty() ? "" : "\n  | " + String.join("\n  | ", logTail);
      return new UserMistake(
          "%s ended %d times before it was ready (%s).%s"
              .formatted(name, ATTEMPTS_UNTIL_FIRST_READY, reason, tail));
    }
  }
}
