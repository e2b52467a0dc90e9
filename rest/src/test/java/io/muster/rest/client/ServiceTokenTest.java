package io.muster.rest.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTokenTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<Runnable> tasks = new ArrayList<>();

  @Test
  void isReadByAWorkerOnceForAllWhoAskMeanwhile() throws Exception {
    var file = Files.writeString(folder.resolve("token"), "t1\n");
    var token = new ServiceToken(Optional.of(file), tasks::add, NeighbourAwayException::new);
    var first = token.value().subscribeAsCompletionStage();
    var second = token.value().subscribeAsCompletionStage();
    assertFalse(first.isDone(), "the one who asks does not read");
    assertEquals(1, tasks.size());
    tasks.removeFirst().run();
    assertEquals("t1", first.join());
    assertEquals("t1", second.join());
    assertEquals("t1", token.value().await().atMost(PATIENCE));
    assertEquals(0, tasks.size());
  }

  @Test
  void aFileThatCouldNotBeReadIsReadAgain() throws Exception {
    var file = folder.resolve("later");
    var token = new ServiceToken(Optional.of(file), Runnable::run, NeighbourAwayException::new);
    assertThrows(NeighbourAwayException.class, () -> token.value().await().atMost(PATIENCE));
    Files.writeString(file, "t2");
    assertEquals("t2", token.value().await().atMost(PATIENCE));
  }

  @Test
  void anEmptyFileHoldsNoToken() throws Exception {
    var file = Files.writeString(folder.resolve("empty"), "\n");
    var token = new ServiceToken(Optional.of(file), Runnable::run, NeighbourAwayException::new);
    assertThrows(NeighbourAwayException.class, () -> token.value().await().atMost(PATIENCE));
  }

  @Test
  void whoHasNoFileHasAnEmptyOne() {
    var token = new ServiceToken(Optional.empty(), tasks::add, NeighbourAwayException::new).value();
    assertEquals("", token.await().atMost(PATIENCE));
  }
}
