package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.Checkout;
import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.home.MusterHome;
import io.muster.localstack.home.PortOffset;
import io.muster.localstack.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is deleted, and what is not. */
class ResetCommandTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private Process leftOver;

  @AfterEach
  void end() {
    if (leftOver != null) {
      leftOver.destroyForcibly();
    }
  }

  private int reset(Path home, String... arguments) throws IOException {
    var terminal =
        new Terminal(new PrintStream(said, true, StandardCharsets.UTF_8), false, false, 80);
    var around =
        new Surroundings(
            new Checkout(folder),
            new MusterHome(home),
            PortOffset.parse(null),
            terminal,
            Clock.systemUTC());
    var command = new ResetCommand(() -> around);
    new CommandLine(command).parseArgs(arguments);
    return command.call();
  }

  private Path filled(Path home) throws IOException {
    for (var name : new String[] {"postgres", "logs", "secrets"}) {
      Files.createDirectories(home.resolve(name));
      Files.writeString(home.resolve(name).resolve("file"), "x");
    }
    return home;
  }

  @Test
  void aFolderThatMusterDidNotMakeIsLeftAlone() throws IOException {
    var home = filled(folder.resolve("my home"));
    var mistake = assertThrows(UserMistake.class, () -> reset(home, "--yes"));
    assertTrue(mistake.getMessage().contains("Nothing was deleted"), mistake.getMessage());
    assertTrue(Files.exists(home.resolve("postgres/file")));
    assertTrue(Files.exists(home.resolve("logs/file")));
  }

  @Test
  void itsOwnIsEmptiedAndTheLockStays() throws IOException {
    var home = filled(new MusterHome(folder.resolve("own")).create().folder());
    Files.writeString(home.resolve("notes.txt"), "the user's");
    assertEquals(0, reset(home, "--yes"));
    for (var gone : new String[] {"postgres", "logs", "secrets"}) {
      assertFalse(Files.exists(home.resolve(gone)), gone);
    }
    assertTrue(Files.exists(home.resolve("run/lock")));
    assertTrue(Files.exists(home.resolve("notes.txt")));
    assertTrue(new MusterHome(home).isMarked());
  }

  @Test
  void nothingIsStoppedBeforeTheUserHasAgreed() throws Exception {
    var home = filled(new MusterHome(folder.resolve("own")).create().folder());
    leftOver = new ProcessBuilder("sleep", "600").start();
    new RunFolder(home.resolve("run"))
        .write(
            new ProcessRecord(
                "broker",
                leftOver.pid(),
                leftOver.info().startInstant().orElseThrow(),
                "here",
                ProcessState.READY,
                ""));
    assertThrows(UserMistake.class, () -> reset(home));
    assertTrue(leftOver.isAlive());
    assertEquals(0, reset(home, "--yes"));
    assertTrue(leftOver.waitFor(60, TimeUnit.SECONDS));
  }

  @Test
  void aRunningStackKeepsItsData() throws IOException {
    var home = filled(new MusterHome(folder.resolve("own")).create().folder());
    try (var lock = StackLock.take(home.resolve("run")).orElseThrow()) {
      assertThrows(UserMistake.class, () -> reset(home, "--yes"), lock::toString);
    }
    assertTrue(Files.exists(home.resolve("postgres/file")));
  }
}
