package io.muster.command.progress;

import io.muster.command.queue.Written;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Wakes up whoever waits for a command to go on, at this instance and at the others. While others
 * are not heard signals may be lost, so when they are heard again all are woken up; and whoever
 * waits looks by himself now and then, since a connection may fall silent. Thread-safe.
 */
@ApplicationScoped
public class Progress {
  private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

  private final ConcurrentHashMap<UUID, Set<Signal>> waiting = new ConcurrentHashMap<>();
  private final Notifications notifications;

  Progress(Pool pool) {
    this.notifications = new Notifications(pool, AGAIN_AFTER, this::changed, this::anythingChanged);
  }

  void start(@Observes StartupEvent started) {
    notifications.start();
  }

  void stop(@Observes ShutdownEvent stopping) {
    notifications.close();
  }

  void written(@Observes Written written) {
    written.commands().forEach(this::changed);
    notifications.tell(written.commands());
  }

  /** From now on it is noticed when the command goes on; to be closed. */
  public Signal expect(UUID command) {
    return expect(new Signal(command, false));
  }

  /**
   * From now on it is noticed when the command ends; to be closed. Most changes are on the way
   * there, and each that wakes somebody up costs a look into the database.
   */
  public Signal expectEnd(UUID command) {
    return expect(new Signal(command, true));
  }

  private Signal expect(Signal signal) {
    waiting.compute(
        signal.command,
        (id, signals) -> {
          var all = signals == null ? ConcurrentHashMap.<Signal>newKeySet() : signals;
          all.add(signal);
          return all;
        });
    return signal;
  }

  /** How many wait. */
  int waiting() {
    return waiting.values().stream().mapToInt(Set::size).sum();
  }

  private void changed(Written.Change change) {
    waiting.getOrDefault(change.command(), Set.of()).stream()
        .filter(signal -> change.finished() || !signal.onlyEnd)
        .forEach(signal -> signal.given.complete(null));
  }

  /** What others told in the meantime was not heard. */
  private void anythingChanged() {
    waiting.values().forEach(signals -> signals.forEach(signal -> signal.given.complete(null)));
  }

  /** That a command has gone on, or ended, since this was made. */
  public final class Signal implements AutoCloseable {
    private final UUID command;
    private final boolean onlyEnd;
    private final CompletableFuture<Void> given = new CompletableFuture<>();

    private Signal(UUID command, boolean onlyEnd) {
      this.command = command;
      this.onlyEnd = onlyEnd;
    }

    /** Completes when it has, or after that time. */
    public Uni<Void> within(Duration atMost) {
      return Uni.createFrom()
          .completionStage(given.minimalCompletionStage())
          .ifNoItem()
          .after(atMost)
          .recoverWithUni(Uni.createFrom().voidItem());
    }

    @Override
    public void close() {
      waiting.computeIfPresent(
          command,
          (id, signals) -> {
            signals.remove(this);
            return signals.isEmpty() ? null : signals;
          });
    }
  }
}
