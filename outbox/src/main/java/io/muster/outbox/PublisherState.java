package io.muster.outbox;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/** What the publisher is doing, for health and metrics. Thread-safe. */
final class PublisherState {
  private static final Logger LOG = Logger.getLogger(PublisherState.class);

  private final Clock clock;
  private final LongAdder published = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private volatile boolean publisher;
  private volatile long waiting;
  private volatile Failure failure;

  private record Failure(String reason, Instant since) {}

  PublisherState(Clock clock) {
    this.clock = clock;
  }

  void publisher(boolean isPublisher) {
    publisher = isPublisher;
    if (!isPublisher) {
      waiting = 0;
    }
  }

  void waiting(long messages) {
    waiting = messages;
  }

  void working(int newlyPublished) {
    published.add(newlyPublished);
    if (failure != null) {
      LOG.infof("Publishing again, after failing since %s", failure.since);
      failure = null;
    }
  }

  void failing(Throwable cause) {
    var reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    if (failure == null) {
      LOG.warnf("Nothing can be published for now, the outbox waits: %s", reason);
      failure = new Failure(reason, clock.instant());
    } else {
      failure = new Failure(reason, failure.since);
    }
  }

  void gaveUp(UndeliveredSink.Reason reason) {
    switch (reason) {
      case EXPIRED -> expired.increment();
      case REFUSED -> refused.increment();
    }
  }

  long published() {
    return published.sum();
  }

  long gaveUpCount(UndeliveredSink.Reason reason) {
    return switch (reason) {
      case EXPIRED -> expired.sum();
      case REFUSED -> refused.sum();
    };
  }

  OutboxStatus status() {
    var current = Optional.ofNullable(failure);
    return new OutboxStatus(
        publisher, waiting, current.map(Failure::reason), current.map(Failure::since));
  }
}
