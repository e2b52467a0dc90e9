package io.muster.localstack.stack;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A log file that is read while others write it. Not safe for use by several threads. */
final class FollowedFile {
  private static final int MOST_BYTES_AT_ONCE = 256 * 1024;

  private final Path file;
  private long position;
  private byte[] unfinished = new byte[0];

  FollowedFile(Path file) {
    this.file = file;
  }

  /** Lines that stand in it already do not count. */
  void skipToEnd() {
    position = file.toFile().length();
  }

  /** The whole lines that were added since the last call. */
  List<String> newLines() {
    try (var reader = new RandomAccessFile(file.toFile(), "r")) {
      if (reader.length() < position) { // rotated
        position = 0;
        unfinished = new byte[0];
      }
      reader.seek(position);
      var bytes = new byte[(int) Math.min(reader.length() - position, MOST_BYTES_AT_ONCE)];
      reader.readFully(bytes);
      position += bytes.length;
      return split(bytes);
    } catch (IOException absent) {
      return List.of();
    }
  }

  private List<String> split(byte[] added) {
    var bytes = new byte[unfinished.length + added.length];
    System.arraycopy(unfinished, 0, bytes, 0, unfinished.length);
    System.arraycopy(added, 0, bytes, unfinished.length, added.length);
    var lines = new ArrayList<String>();
    var start = 0;
    for (var i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    unfinished = java.util.Arrays.copyOfRange(bytes, start, bytes.length);
    return lines;
  }
}
