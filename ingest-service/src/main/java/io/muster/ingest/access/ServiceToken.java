package io.muster.ingest.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * This service's token from its file, which somebody else writes anew before the token ends. Read
 * again at most once a second, so that many requests do not mean many reads. Thread-safe.
 */
final class ServiceToken {
  private static final long READ_AGAIN_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private volatile Read last;

  private record Read(String token, long atNanos) {}

  ServiceToken(Path file) {
    this.file = file;
  }

  /**
   * @throws RegistryAwayException when the file cannot be read or is empty
   */
  String value() {
    var now = System.nanoTime();
    var known = last;
    if (known == null || now - known.atNanos > READ_AGAIN_AFTER_NANOS) {
      known = new Read(read(), now);
      last = known;
    }
    return known.token;
  }

  private String read() {
    try {
      var token = Files.readString(file).strip();
      if (token.isEmpty()) {
        throw new RegistryAwayException("the service token's file is empty");
      }
      return token;
    } catch (IOException unreadable) {
      throw new RegistryAwayException("the service token's file cannot be read", unreadable);
    }
  }
}
