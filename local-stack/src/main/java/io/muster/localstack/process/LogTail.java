package io.muster.localstack.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file, read without reading the rest. */
public final class LogTail {
  private static final int MOST_BYTES = 64 * 1024;

  private LogTail() {}

  /**
   * The last lines behind the given position; none when the file cannot be read.
   *
   * @param from bytes at the beginning that do not count
   * @param lines at most so many
   */
  public static List<String> last(Path log, long from, int lines) {
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      var start = Math.max(Math.min(from, file.length()), file.length() - MOST_BYTES);
      var bytes = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(bytes);
      var all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    } catch (IOException unreadable) {
      return List.of();
    }
  }
}
