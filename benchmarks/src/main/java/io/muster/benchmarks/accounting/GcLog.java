package io.muster.benchmarks.accounting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the JVM's unified logging says about collections ({@code -Xlog:gc}): lines such as {@code
 * GC(3) Pause Young (Normal) (G1 Evacuation Pause) 45M->12M(64M) 3.4ms}. Not thread-safe.
 */
public final class GcLog {
  private static final Pattern COLLECTION =
      Pattern.compile("GC\\(\\d+\\) Pause.* (\\d+)M->(\\d+)M\\(");
  private static final int MEBI = 20;

  private final Path file;
  private int linesRead;

  /**
   * @param file may not be there yet
   */
  public GcLog(Path file) {
    this.file = file;
  }

  /** The option that makes a JVM write the file. */
  public static String option(Path file) {
    return "-Xlog:gc:file=" + file + ":uptime,tags:filecount=0";
  }

  /** The least that a collection since the last call left in the heap; empty without one. */
  public OptionalLong leastBytesLeft() {
    try {
      var lines = Files.exists(file) ? Files.readAllLines(file) : List.<String>of();
      var fresh = lines.subList(Math.min(linesRead, lines.size()), lines.size());
      linesRead = lines.size();
      return fresh.stream()
          .map(COLLECTION::matcher)
          .filter(Matcher::find)
          .mapToLong(found -> Long.parseLong(found.group(2)) << MEBI)
          .min();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
