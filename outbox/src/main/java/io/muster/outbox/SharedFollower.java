package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Follows the log of another service while it is this instance's turn, and says what was done once
 * it is committed. Thread-safe.
 */
public final class SharedFollower implements AutoCloseable {

  /** Hears of what was done. Must not block. */
  @FunctionalInterface
  public interface Listener {

    /** A page was taken, or the log was started over. */
    void committed();

    /** All of a page was taken; there may be more. Comes after {@link #committed}. */
    default void taken(EventPage page) {}

    /** All that the log held at a time was taken. */
    default void upToDate(Instant at) {}
  }

  private final SharedEffects effects;
  private final Listener listener;
  private final EventFollower follower;
  private final Duration limit;
  private final Clock clock;
  private final Instant madeAt;

  /**
   * @param settings whose timeout is also how long the turn's end is waited for
   */
  public SharedFollower(
      SharedEffects effects,
      EventFollower.Settings settings,
      EventFollower.Fetch fetch,
      Listener listener,
      Clock clock) {
    this.effects = effects;
    this.listener = listener;
    this.follower = new EventFollower(settings, fetch, new Telling(), effects, clock);
    this.limit = settings.timeout();
    this.clock = clock;
    this.madeAt = clock.instant();
  }

  private final class Telling implements EventFollower.Effects {
    @Override
    public Uni<Long> position() {
      return effects.position();
    }

    @Override
    public Uni<Void> take(EventPage page) {
      return effects.take(page).invoke(listener::committed).invoke(() -> listener.taken(page));
    }

    @Override
    public Uni<Long> startOver(long end) {
      return effects.startOver(end).invoke(listener::committed);
    }

    @Override
    public void upToDate() {
      follower.upToDateAt().ifPresent(listener::upToDate);
    }
  }

  public void start() {
    follower.start();
  }

  /** Reads on at once. Never blocks, never throws. */
  public void wakeUp() {
    follower.wakeUp();
  }

  /** As of when all that the log held was taken here; empty before the first time. */
  public Optional<Instant> upToDateAt() {
    return follower.upToDateAt();
  }

  /** Whether it was this instance's turn when it was last asked for. */
  public boolean isHeld() {
    return effects.isHeld();
  }

  /** For how long it has not had all that the log held; zero where another instance has. */
  public Duration behind() {
    return isHeld()
        ? Duration.between(upToDateAt().orElse(madeAt), clock.instant())
        : Duration.ZERO;
  }

  /** How long it has shown no sign of life, as {@link EventFollower#silence}. */
  public Duration silence() {
    return follower.silence();
  }

  /** Lets another instance go on at once; with the database away the turn lapses. */
  @Override
  public void close() {
    follower.close();
    effects.end().onFailure().recoverWithNull().await().atMost(limit);
  }
}
