package io.muster.firmware.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestKeyTest {
  @TempDir Path folder;

  @Test
  void itIsMadeOnceAndReadableByItsOwnerAlone() throws IOException {
    var file = folder.resolve("manifest.key");
    var made = ManifestKey.of(file);
    assertEquals(made.id(), ManifestKey.of(file).id());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void ofManyThatMakeItAllHaveTheSame() throws Exception {
    var file = folder.resolve("manifest.key");
    Callable<String> start = () -> ManifestKey.of(file).id();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = threads.invokeAll(IntStream.range(0, 50).mapToObj(_ -> start).toList());
      var ids = all.stream().map(it -> it.resultNow()).collect(Collectors.toSet());
      assertEquals(1, ids.size());
    }
  }

  @Test
  void whatItSignsItVerifiesAndNothingElse() throws IOException {
    var key = ManifestKey.of(folder.resolve("a"));
    var signature = key.sign(new byte[] {1, 2});
    assertEquals(64, signature.length);
    assertTrue(key.verifies(new byte[] {1, 2}, signature));
    assertFalse(key.verifies(new byte[] {1, 3}, signature));
    assertFalse(ManifestKey.of(folder.resolve("b")).verifies(new byte[] {1, 2}, signature));
    assertFalse(key.verifies(new byte[] {1, 2}, new byte[0]));
  }

  @Test
  void aFileOfSomethingElseIsNoKeyAndNotReplaced() throws IOException {
    var file = Files.writeString(folder.resolve("manifest.key"), "password");
    var told = assertThrows(IOException.class, () -> ManifestKey.of(file));
    assertFalse(told.getMessage().contains("password"));
    assertEquals("password", Files.readString(file));
  }

  @Test
  void halvesOfTwoKeysAreRefused() throws IOException {
    var one = folder.resolve("one");
    var two = folder.resolve("two");
    ManifestKey.of(one);
    ManifestKey.of(two);
    var mixed =
        Files.readString(one).split("-----BEGIN PUBLIC KEY-----")[0]
            + "-----BEGIN PUBLIC KEY-----"
            + Files.readString(two).split("-----BEGIN PUBLIC KEY-----")[1];
    var file = Files.writeString(folder.resolve("mixed"), mixed);
    assertThrows(IOException.class, () -> ManifestKey.of(file));
  }
}
