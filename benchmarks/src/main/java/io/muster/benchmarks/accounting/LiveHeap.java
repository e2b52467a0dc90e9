package io.muster.benchmarks.accounting;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is alive in a JVM's heap after a full collection, as {@code jcmd … GC.class_histogram} tells
 * it.
 *
 * @param bytes in all
 * @param bytesByClass the classes that hold the most first
 */
public record LiveHeap(long bytes, Map<String, Long> bytesByClass) {
  private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");
  private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

  /**
   * Collects garbage there, twice, since what has a cleaner needs two, and looks.
   *
   * @param pid of another JVM: this one would stand still while its own answer waits to be read
   * @throws IllegalStateException when the JVM does not answer
   */
  public static LiveHeap of(long pid) {
    histogram(pid);
    return parse(histogram(pid));
  }

  private static String histogram(long pid) {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try {
      var process =
          new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot run jcmd", e);
    }
  }

  /**
   * @throws IllegalStateException when there is no total
   */
  static LiveHeap parse(String histogram) {
    var byClass = new LinkedHashMap<String, Long>();
    for (var line : histogram.lines().toList()) {
      var found = LINE.matcher(line);
      if (found.matches()) {
        byClass.merge(found.group(2), Long.parseLong(found.group(1)), Long::sum);
      }
      var total = TOTAL.matcher(line);
      if (total.matches()) {
        return new LiveHeap(Long.parseLong(total.group(1)), byClass);
      }
    }
    throw new IllegalStateException("no histogram: " + histogram.strip());
  }

  /** How much more each class holds than before. */
  public Map<String, Long> growthSince(LiveHeap before) {
    var growth = new LinkedHashMap<String, Long>();
    bytesByClass.forEach(
        (name, now) -> growth.put(name, now - before.bytesByClass.getOrDefault(name, 0L)));
    return growth;
  }
}
