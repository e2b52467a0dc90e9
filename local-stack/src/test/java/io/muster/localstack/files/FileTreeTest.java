package io.muster.localstack.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
  @TempDir Path folder;

  @Test
  void aCopyHasAllWithItsPermissions() throws IOException {
    var original = tree("original", "secret");
    Files.setPosixFilePermissions(
        original.resolve("inner/file"), PosixFilePermissions.fromString("r--------"));
    FileTree.copy(original, folder.resolve("copy"));
    var file = folder.resolve("copy/inner/file");
    assertEquals("secret", Files.readString(file));
    assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void whatIsThereIsNotCopiedOver() throws IOException {
    var original = tree("original", "new");
    var there = tree("there", "old");
    assertThrows(IOException.class, () -> FileTree.copy(original, there));
    assertEquals("old", Files.readString(there.resolve("inner/file")));
  }

  @Test
  void whoeverIsFirstIsPublished() throws IOException {
    var name = folder.resolve("name");
    FileTree.publish(tree("first", "1"), name);
    var second = tree("second", "2");
    FileTree.publish(second, name);
    assertEquals("1", Files.readString(name.resolve("inner/file")));
    assertFalse(Files.exists(second), "left behind");
  }

  @Test
  void whatCannotBePublishedIsAFailure() throws IOException {
    var complete = tree("complete", "1");
    assertThrows(
        IOException.class, () -> FileTree.publish(complete, folder.resolve("absent/name")));
  }

  private Path tree(String name, String content) throws IOException {
    var root = folder.resolve(name);
    Files.createDirectories(root.resolve("inner"));
    Files.writeString(root.resolve("inner/file"), content);
    return root;
  }
}
