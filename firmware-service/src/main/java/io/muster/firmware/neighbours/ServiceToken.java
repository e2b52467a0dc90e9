package io.muster.firmware.neighbours;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * This service's token from its file, which somebody else writes anew before the token ends. Read
 * again at most once a second, so that many requests do not mean many reads, and never on the
 * thread that asks, which may be an event loop. Thread-safe.
 */
final class ServiceToken {
  private static final long READ_AGAIN_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final Executor worker;
  private final AtomicReference<Uni<String>> reading = new AtomicReference<>();
  private volatile Read last;

  private record Read(String token, long atNanos) {}

  ServiceToken(Path file) {
    this(file, Infrastructure.getDefaultWorkerPool());
  }

  /**
   * @param worker on which the file is read
   */
  ServiceToken(Path file, Executor worker) {
    this.file = file;
    this.worker = worker;
  }

  /**
   * @return fails with {@link NeighbourAwayException} when the file cannot be read or is empty
   */
  Uni<String> value() {
    var known = last;
    if (known != null && System.nanoTime() - known.atNanos <= READ_AGAIN_AFTER_NANOS) {
      return Uni.createFrom().item(known.token);
    }
    return reading.updateAndGet(underWay -> underWay != null ? underWay : readOnce());
  }

  /** Those who ask meanwhile wait for the same. */
  private Uni<String> readOnce() {
    return Uni.createFrom()
        .item(this::read)
        .runSubscriptionOn(worker)
        .invoke(token -> last = new Read(token, System.nanoTime()))
        .onTermination()
        .invoke(() -> reading.set(null))
        .memoize()
        .indefinitely();
  }

  private String read() {
    try {
      var token = Files.readString(file).strip();
      if (token.isEmpty()) {
        throw new NeighbourAwayException("the service token's file is empty");
      }
      return token;
    } catch (IOException unreadable) {
      throw new NeighbourAwayException("the service token's file cannot be read", unreadable);
    }
  }
}
