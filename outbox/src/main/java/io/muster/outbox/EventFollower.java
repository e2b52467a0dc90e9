package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Follows the log of another service, page by page from a kept position: when woken, and at least
 * at each poll. Nothing is skipped: what a page says is taken before the next one is asked for.
 * While the other service is away it tries again with growing pauses, no two followers in step. One
 * virtual thread; thread-safe.
 */
public final class EventFollower implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(EventFollower.class);

  /** Asks for {@code GET /internal/v1/events?after=&limit=} of the other service. */
  @FunctionalInterface
  public interface Fetch {
    Uni<EventPage> page(long after, int limit);
  }

  /** What following a log leads to. Called by one thread, one call at a time. */
  public interface Effects {

    /**
     * From where to read on: the last sequence that was taken. Asked at first and after each
     * failure, that of the other service included: whatever is past the answer's position is read,
     * whatever is not is never read.
     */
    Uni<Long> position();

    /**
     * Takes the page's events and keeps its {@code next} as the position, both or neither. It may
     * get an event again that it has taken already.
     */
    Uni<Void> take(EventPage page);

    /**
     * The log does not hold any more what comes after the position, or is another log than before:
     * start from a snapshot.
     *
     * @param end where the log ends as of now; the snapshot must not be older
     * @return the position from which to read on, kept already
     */
    Uni<Long> startOver(long end);

    /** All that the log held when it was last asked for has been taken. Must not block for long. */
    default void upToDate() {}
  }

  /** Whose turn it is, for a log that one of several instances follows. */
  @FunctionalInterface
  public interface Turn {

    /** Asked before each page; while it says no, nothing is asked for. */
    Uni<Boolean> isMine();
  }

  /**
   * @param log its name in messages, for example {@code registry}
   * @param pageSize the most events that are asked for at a time
   * @param pollInterval how late an event is seen whose wake-up was lost
   * @param timeout for one page and for taking it
   * @param maxBackoff what the pause between attempts grows to
   */
  public record Settings(
      String log, int pageSize, Duration pollInterval, Duration timeout, Duration maxBackoff) {
    public Settings {
      if (pageSize < 1
          || !pollInterval.isPositive()
          || !timeout.isPositive()
          || !maxBackoff.isPositive()) {
        throw new IllegalArgumentException("sizes and durations of a follower are positive");
      }
    }

    public static Settings of(String log) {
      return new Settings(
          log, 200, Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(10));
    }
  }

  private static final Duration MIN_BACKOFF = Duration.ofMillis(100);

  private final Settings settings;
  private final Fetch fetch;
  private final Effects effects;
  private final Turn turn;
  private final Clock clock;
  private final WakeUp wakeUp = new WakeUp();
  private final Pulse pulse = new Pulse();
  private final Thread thread;
  private volatile Instant upToDateAt;
  private long position = -1;
  private boolean failing;
  private Duration backoff = MIN_BACKOFF;

  public EventFollower(Settings settings, Fetch fetch, Effects effects, Clock clock) {
    this(settings, fetch, effects, () -> Uni.createFrom().item(true), clock);
  }

  /** One that follows only while it is its turn. */
  public EventFollower(Settings settings, Fetch fetch, Effects effects, Turn turn, Clock clock) {
    this.settings = settings;
    this.fetch = fetch;
    this.effects = effects;
    this.turn = turn;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("follow-" + settings.log()).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Reads on at once. Never blocks, never throws. */
  public void wakeUp() {
    wakeUp.signal();
  }

  /** As of when all that the log held was taken; empty before the first time. */
  public Optional<Instant> upToDateAt() {
    return Optional.ofNullable(upToDateAt);
  }

  /**
   * How long it has shown no sign of life. It shows one at each attempt, also while the other
   * service is away, so that much more than the timeouts of {@link Settings} means that it is stuck
   * or dead.
   */
  public Duration silence() {
    return pulse.silence();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(settings.timeout());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        followOnce();
      }
    } catch (InterruptedException ended) {
      LOG.debugf("The log of %s is followed no more", settings.log());
    }
  }

  private void followOnce() throws InterruptedException {
    pulse.beat();
    try {
      if (!await(turn.isMine())) {
        // Whoever has the turn moves the position.
        position = -1;
        wakeUp.await(settings.pollInterval());
        return;
      }
      if (position < 0) {
        position = await(effects.position());
      }
      var asked = clock.instant();
      var page = await(fetch.page(position, settings.pageSize()));
      take(page);
      recovered();
      // A page may be shorter than asked for; only an empty one says that nothing more is there.
      if (page.items().isEmpty()) {
        upToDateAt = asked;
        effects.upToDate();
        wakeUp.await(settings.pollInterval());
      }
    } catch (ExecutionException | TimeoutException failed) {
      pause(failed);
    } catch (RuntimeException unforeseen) {
      // This thread must not end: no event would be seen any more, and nobody would know.
      LOG.errorf(unforeseen, "Following the log of %s failed and goes on", settings.log());
      pause(unforeseen);
    }
  }

  private void take(EventPage page)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (page.next() < position || page.oldest() > position + 1) {
      LOG.warnf(
          "The log of %s begins at %d, after position %d: starting over from a snapshot",
          settings.log(), page.oldest(), position);
      var end = await(fetch.page(Long.MAX_VALUE, 1)).next();
      position = await(effects.startOver(end));
    } else if (!page.items().isEmpty()) {
      await(effects.take(page));
      position = page.next();
    }
  }

  private void recovered() {
    backoff = MIN_BACKOFF;
    if (failing) {
      failing = false;
      LOG.infof("The log of %s is followed again", settings.log());
    }
  }

  private void pause(Exception failed) throws InterruptedException {
    var cause = failed instanceof ExecutionException ? failed.getCause() : failed;
    // A database that was away may have come back as it was before, and the position with it.
    position = -1;
    if (cause instanceof TurnLostException) {
      return;
    }
    if (!failing) {
      failing = true;
      LOG.warnf("The log of %s cannot be followed for now: %s", settings.log(), cause);
    }
    Thread.sleep(jittered(backoff));
    var doubled = backoff.multipliedBy(2);
    backoff = doubled.compareTo(settings.maxBackoff()) > 0 ? settings.maxBackoff() : doubled;
  }

  /** Half of it to all of it: many that lost the same service do not come back at one moment. */
  private static Duration jittered(Duration pause) {
    var half = pause.toMillis() / 2;
    return Duration.ofMillis(pause.toMillis() - ThreadLocalRandom.current().nextLong(half + 1));
  }

  private <T> T await(Uni<T> answer)
      throws InterruptedException, ExecutionException, TimeoutException {
    return answer
        .subscribeAsCompletionStage()
        .get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }
}
