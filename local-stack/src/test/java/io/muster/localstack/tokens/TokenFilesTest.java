package io.muster.localstack.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFilesTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final AtomicInteger minted = new AtomicInteger();

  @TempDir Path folder;

  @Test
  void theFileHoldsATokenAtOnceForItsOwnerOnly() throws IOException {
    try (var files = new TokenFiles(clock)) {
      var file = keep(files);
      assertEquals("token 1", Files.readString(file));
      var mode = Files.getPosixFilePermissions(file);
      assertEquals("rw-------", PosixFilePermissions.toString(mode));
    }
  }

  @Test
  void aTokenIsReplacedAfterHalfOfItsLife() throws IOException {
    try (var files = new TokenFiles(clock)) {
      var file = keep(files);
      clock.advance(Duration.ofMinutes(29));
      files.renewThoseDue();
      assertEquals("token 1", Files.readString(file));
      clock.advance(Duration.ofMinutes(1));
      files.renewThoseDue();
      assertEquals("token 2", Files.readString(file));
    }
  }

  @Test
  void aFileThatCouldNotBeWrittenIsTriedAgain() throws IOException {
    try (var files = new TokenFiles(clock)) {
      var file = keep(files);
      Files.delete(file);
      Files.createDirectory(file);
      Files.createFile(file.resolve("in the way"));
      clock.advance(HOUR);
      files.renewThoseDue();
      Files.delete(file.resolve("in the way"));
      Files.delete(file);
      files.renewThoseDue();
      assertEquals("token " + minted.get(), Files.readString(file));
    }
  }

  private Path keep(TokenFiles files) throws IOException {
    var file = folder.resolve("token");
    files.keep(file, HOUR, () -> "token " + minted.incrementAndGet());
    return file;
  }
}
