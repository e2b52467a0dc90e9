package io.muster.issuer;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A running issuer: it serves its public keys, and looks after the Secrets. While the API of
 * Kubernetes is away nothing can be renewed, and what is there goes on being good. Thread-safe.
 */
final class Issuer implements AutoCloseable {
  static final Duration EVERY = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger(Issuer.class.getName());

  /** Rounds that all end within their timeouts take far less. */
  private static final Duration STUCK_AFTER = Duration.ofMinutes(10);

  private static final Duration LAST_ROUND = Duration.ofSeconds(5);

  private final IssuerSettings settings;
  private final KubernetesSecrets secrets;
  private final Clock clock;
  private final KeyServer server;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("secret-keeper").factory());
  private SecretKeeper keeper;
  private volatile Instant lastRound;

  private Issuer(IssuerSettings settings, KubernetesSecrets secrets, Clock clock)
      throws IOException {
    this.settings = settings;
    this.secrets = secrets;
    this.clock = clock;
    this.lastRound = clock.instant();
    this.server = new KeyServer(settings, this::isAlive);
  }

  /**
   * Starts it.
   *
   * @throws IOException when the port is taken
   */
  static Issuer start(IssuerSettings settings, KubernetesSecrets secrets, Clock clock)
      throws IOException {
    return start(settings, secrets, clock, EVERY);
  }

  static Issuer start(
      IssuerSettings settings, KubernetesSecrets secrets, Clock clock, Duration every)
      throws IOException {
    var issuer = new Issuer(settings, secrets, clock);
    issuer.timer.scheduleWithFixedDelay(issuer::round, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    return issuer;
  }

  int port() {
    return server.port();
  }

  private void round() {
    try {
      if (keeper == null) {
        var keys = IssuerKeys.load(secrets, settings.keys(), settings.instance(), clock);
        keeper = new SecretKeeper(settings, secrets, keys, clock);
        server.serve(keys);
      }
      server.setUpToDate(keeper.round());
    } catch (IOException away) {
      LOG.log(System.Logger.Level.WARNING, "No keys yet: {0}", away.getMessage());
    } catch (RuntimeException e) {
      // The timer would stop for good.
      LOG.log(System.Logger.Level.ERROR, "A round failed", e);
      server.setUpToDate(false);
    }
    lastRound = clock.instant();
  }

  private boolean isAlive() {
    return clock.instant().isBefore(lastRound.plus(STUCK_AFTER));
  }

  @Override
  public void close() {
    server.close();
    timer.shutdown();
    try {
      // What is being written is written.
      if (!timer.awaitTermination(LAST_ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      timer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
