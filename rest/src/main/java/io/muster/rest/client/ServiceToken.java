package io.muster.rest.client;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/**
 * This service's token from its file, which somebody else writes anew before the token ends. Read
 * again at most once a second, so that many requests do not mean many reads, and never on the
 * thread that asks, which may be an event loop. Thread-safe.
 */
public final class ServiceToken {
  private static final long READ_AGAIN_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final Optional<Path> file;
  private final Executor worker;
  private final BiFunction<String, Throwable, RuntimeException> failure;
  private final AtomicReference<Uni<String>> reading = new AtomicReference<>();
  private volatile Read last;

  private record Read(String token, long atNanos) {}

  /**
   * @param failure makes what {@link #value} fails with, of a message and a cause or null
   */
  public ServiceToken(Path file, BiFunction<String, Throwable, RuntimeException> failure) {
    this(Optional.of(file), failure);
  }

  /**
   * @param file without one the token is empty, and whoever wants one says no
   * @param failure makes what {@link #value} fails with, of a message and a cause or null
   */
  public ServiceToken(
      Optional<Path> file, BiFunction<String, Throwable, RuntimeException> failure) {
    this(file, Infrastructure.getDefaultWorkerPool(), failure);
  }

  /**
   * @param worker on which the file is read
   * @param failure makes what {@link #value} fails with, of a message and a cause or null
   */
  public ServiceToken(
      Optional<Path> file,
      Executor worker,
      BiFunction<String, Throwable, RuntimeException> failure) {
    this.file = file;
    this.worker = worker;
    this.failure = failure;
  }

  /**
   * @return fails when the file cannot be read or is empty
   */
  public Uni<String> value() {
    if (file.isEmpty()) {
      return Uni.createFrom().item("");
    }
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
      var token = Files.readString(file.orElseThrow()).strip();
      if (token.isEmpty()) {
        throw failure.apply("the service token's file is empty", null);
      }
      return token;
    } catch (IOException unreadable) {
      throw failure.apply("the service token's file cannot be read", unreadable);
    }
  }
}
