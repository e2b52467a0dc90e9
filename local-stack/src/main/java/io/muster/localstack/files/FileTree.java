package io.muster.localstack.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** A folder with all that is in it. */
public final class FileTree {
  private FileTree() {}

  /**
   * Deletes it; symbolic links are deleted and not followed. Nothing happens when it is absent.
   *
   * @throws IOException when something in it cannot be deleted
   */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var tree = Files.walk(folder)) {
      for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Copies it, permissions included, to where nothing is yet.
   *
   * @throws IOException when something in it cannot be copied
   */
  public static void copy(Path folder, Path target) throws IOException {
    try (var tree = Files.walk(folder)) {
      for (var path : tree.toList()) {
        Files.copy(
            path, target.resolve(folder.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /**
   * Gives a folder that is complete its name; when somebody else was faster, with the same, that
   * one stays.
   *
   * @throws IOException when it cannot be renamed
   */
  public static void publish(Path complete, Path folder) throws IOException {
    try {
      Files.move(complete, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(complete);
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }
}
