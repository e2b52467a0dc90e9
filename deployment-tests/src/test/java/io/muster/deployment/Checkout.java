package io.muster.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The files of the repository. */
public final class Checkout {
  /** Its root. */
  public static final Path ROOT = root();

  /** The chart. */
  public static final Path CHART = ROOT.resolve("helm/muster");

  private Checkout() {}

  private static Path root() {
    var folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("helm/muster/Chart.yaml"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("not within the repository");
    }
    return folder;
  }

  public static String read(String path) {
    return read(ROOT.resolve(path));
  }

  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files below a folder whose names end so, in a fixed order. */
  public static List<Path> files(String folder, String ending) {
    try (var files = Files.walk(ROOT.resolve(folder))) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(ending))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies the chart to a folder, each of its files as somebody changes its text. */
  public static void copyChart(Path target, UnaryOperator<String> change) throws IOException {
    try (var files = Files.walk(CHART)) {
      for (var file : files.toList()) {
        var copy = target.resolve(CHART.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.writeString(copy, change.apply(Files.readString(file)));
        }
      }
    }
  }

  /** A file's name without what follows the last dot. */
  public static String name(Path file) {
    var name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }
}
