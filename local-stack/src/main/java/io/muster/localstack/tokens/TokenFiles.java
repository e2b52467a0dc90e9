package io.muster.localstack.tokens;

import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Files that always hold a token with at least half of its life before it. Each is replaced as a
 * whole, mode 0600. Safe for use by several threads.
 */
public final class TokenFiles implements AutoCloseable {
  /**
   * The wall clock is asked this often instead of a timer set once: timers stand still while a
   * laptop sleeps, the life of a token does not.
   */
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final Clock clock;
  private final List<Kept> files = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("token-files").factory());

  public TokenFiles() {
    this(Clock.systemUTC());
  }

  public TokenFiles(Clock clock) {
    this.clock = clock;
    timer.scheduleWithFixedDelay(
        this::renewThoseDue, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Keeps a service's token in the file from now on.
   *
   * @throws IOException when the file cannot be written
   */
  public void keepService(LocalIssuer issuer, String name, Path file) throws IOException {
    var lifetime = LocalIssuer.LONGEST_SERVICE_TOKEN;
    keep(file, lifetime, () -> issuer.mintService(name, lifetime));
  }

  /**
   * Keeps a token in the file from now on.
   *
   * @param lifetime of each token that is minted
   * @throws IOException when the file cannot be written
   */
  public void keep(Path file, Duration lifetime, Supplier<String> mint) throws IOException {
    var kept = new Kept(file, lifetime, mint);
    kept.renew(clock.instant());
    files.add(kept);
  }

  void renewThoseDue() {
    var now = clock.instant();
    for (var kept : files) {
      try {
        kept.renewWhenDue(now);
      } catch (IOException e) {
        // Half of the token's life is left to try again at each look.
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private static final class Kept {
    private final Path file;
    private final Duration lifetime;
    private final Supplier<String> mint;
    private Instant due = Instant.MIN;

    Kept(Path file, Duration lifetime, Supplier<String> mint) {
      this.file = file;
      this.lifetime = lifetime;
      this.mint = mint;
    }

    synchronized void renewWhenDue(Instant now) throws IOException {
      if (!now.isBefore(due)) {
        renew(now);
      }
    }

    synchronized void renew(Instant now) throws IOException {
      PrivateFiles.write(file, mint.get());
      due = now.plus(lifetime.dividedBy(2));
    }
  }
}
