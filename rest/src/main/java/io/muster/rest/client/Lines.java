package io.muster.rest.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Cuts pieces of a text into its lines, wherever the pieces end. Not thread-safe. */
final class Lines {
  /** Of one line; a device is far shorter. */
  private static final int MAX_BYTES = 64 * 1024;

  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  /** The lines that end in this piece. */
  List<String> add(byte[] piece) {
    List<String> whole = new ArrayList<>();
    for (var each : piece) {
      if (each == '\n') {
        whole.addAll(rest());
      } else if (begun.size() < MAX_BYTES) {
        begun.write(each);
      } else {
        throw new NeighbourAwayException("a line is too long");
      }
    }
    return whole;
  }

  /** What came after the last line's end; empty when nothing did. */
  List<String> rest() {
    if (begun.size() == 0) {
      return List.of();
    }
    var line = begun.toString(StandardCharsets.UTF_8);
    begun.reset();
    return line.isBlank() ? List.of() : List.of(line);
  }
}
