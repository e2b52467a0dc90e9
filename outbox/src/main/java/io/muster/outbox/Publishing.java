package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Takes what is numbered to the broker, round by round, as long as this instance may. */
final class Publishing {
  private static final Logger LOG = Logger.getLogger(Publishing.class);

  private final Backlog backlog;
  private final Turns turns;
  private final OutboxSettings settings;
  private final Function<OutboxEvent, Uni<Void>> publish;
  private final UndeliveredSink undelivered;
  private final PublisherState state;
  private final WakeUp wakeUp = new WakeUp();
  private final Pulse pulse = new Pulse();

  /** How often a message has failed in rounds in which others passed, by sequence. */
  private final Map<Long, Integer> failures = new HashMap<>();

  private Duration backoff = Duration.ZERO;

  Publishing(
      Backlog backlog,
      OutboxSettings settings,
      Function<OutboxEvent, Uni<Void>> publish,
      UndeliveredSink undelivered,
      PublisherState state) {
    this.backlog = backlog;
    this.turns = new Turns(backlog, settings);
    this.settings = settings;
    this.publish = publish;
    this.undelivered = undelivered;
    this.state = state;
  }

  void wakeUp() {
    wakeUp.signal();
  }

  /** A term begins, after a time in which nothing was to be done. */
  void begin() {
    pulse.beat();
  }

  /** How long it has shown no sign of life. */
  Duration silence() {
    return pulse.silence();
  }

  /** Returns when the term is over or the thread is interrupted. */
  void run(BooleanSupplier termIsOver) {
    try {
      while (!termIsOver.getAsBoolean()) {
        publishOnce();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void publishOnce() throws InterruptedException {
    pulse.beat();
    try {
      var turn = turns.next();
      var head = turn.head();
      for (var event : head.expired()) {
        giveUp(event, UndeliveredSink.Reason.EXPIRED);
      }
      var round = new Round(publish, settings.window(), settings.publishTimeout(), pulse::beat);
      round.run(head.toPublish()).subscribeAsCompletionStage().get();
      settle(round);
      rest(round, turn.more());
    } catch (Database.DatabaseException | java.util.concurrent.ExecutionException failed) {
      state.failing(failed);
      pause();
    } catch (RuntimeException unforeseen) {
      // The term goes on, so nobody else would publish if this ended.
      LOG.error("Publishing failed and goes on", unforeseen);
      state.failing(unforeseen);
      pause();
    }
  }

  private void settle(Round round) throws InterruptedException {
    backlog.settle(round.published());
    for (var event : round.refused()) {
      giveUp(event, UndeliveredSink.Reason.REFUSED);
    }
    for (var event : poisonous(round)) {
      giveUp(event, UndeliveredSink.Reason.REFUSED);
    }
  }

  /**
   * What has failed time and again while others passed: it is the message, not the broker. Without
   * a bound it would hold up its device until it expires.
   */
  private List<OutboxEvent> poisonous(Round round) {
    if (round.brokerIsAway()) {
      return List.of();
    }
    var failed = new HashSet<Long>();
    round.failed().forEach(event -> failed.add(event.sequence()));
    failures.keySet().retainAll(failed);
    failed.forEach(sequence -> failures.merge(sequence, 1, Integer::sum));
    return round.failed().stream()
        .filter(event -> failures.get(event.sequence()) >= settings.maxAttempts())
        .toList();
  }

  private void giveUp(OutboxEvent event, UndeliveredSink.Reason reason)
      throws InterruptedException {
    backlog.giveUp(event, undelivered, reason);
    state.gaveUp(reason);
    LOG.warnf("Gave up publishing event %s (%s)", event.id(), reason);
  }

  private void rest(Round round, boolean more) throws InterruptedException {
    if (round.brokerIsAway()) {
      state.waiting(backlog.count());
      state.failing(round.lastFailure());
      pause();
    } else if (!round.failed().isEmpty()) {
      state.working(round.published().size());
      Thread.sleep(settings.minBackoff());
    } else {
      backoff = Duration.ZERO;
      state.working(round.published().size());
      if (more) {
        state.waiting(backlog.count());
      } else {
        state.waiting(0);
        wakeUp.await(settings.pollInterval());
      }
    }
  }

  /** Not cut short by wake-ups: with the broker away every insert would be a knock at its door. */
  private void pause() throws InterruptedException {
    var doubled = backoff.multipliedBy(2);
    backoff = doubled.compareTo(settings.maxBackoff()) > 0 ? settings.maxBackoff() : doubled;
    if (backoff.compareTo(settings.minBackoff()) < 0) {
      backoff = settings.minBackoff();
    }
    Thread.sleep(backoff);
  }
}
