package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRotationTest {
  @TempDir Path logs;

  @Test
  void aLargeLogIsEmptiedAndKeptOnce() throws IOException {
    var log = logs.resolve("ingest.log");
    Files.writeString(log, "a".repeat(100));
    Files.writeString(logs.resolve("broker.log"), "small");
    try (var rotation = new LogRotation(logs)) {
      rotation.rotateLarge(50);
    }
    assertEquals(0, Files.size(log));
    assertEquals(100, Files.size(logs.resolve("ingest.log.1")));
    assertFalse(Files.exists(logs.resolve("broker.log.1")));
  }

  @Test
  void aFollowerGoesOnAfterwards() throws IOException {
    var log = logs.resolve("ingest.log");
    Files.writeString(log, "one\ntwo\nunfinis");
    var followed = new FollowedFile(log);
    assertEquals(java.util.List.of("one", "two"), followed.newLines());
    try (var rotation = new LogRotation(logs)) {
      rotation.rotateLarge(1);
    }
    Files.writeString(log, "three\n");
    assertEquals(java.util.List.of("three"), followed.newLines());
  }
}
