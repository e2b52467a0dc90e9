package io.muster.benchmarks.accounting;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The machine that a figure was measured on; without it no figure means anything.
 *
 * @param processor its model
 * @param cores that the kernel gives to this process
 * @param memoryBytes in all
 * @param kernel name and release
 * @param javaRuntime name and version
 */
public record Machine(
    String processor, int cores, long memoryBytes, String kernel, String javaRuntime) {

  /** This one. */
  public static Machine current() {
    return new Machine(
        processor(lines("/proc/cpuinfo")),
        Runtime.getRuntime().availableProcessors(),
        KilobyteFields.bytes(lines("/proc/meminfo"), "MemTotal").orElse(0),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + Runtime.version());
  }

  static String processor(List<String> cpuinfo) {
    return cpuinfo.stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException absent) {
      return List.of();
    }
  }

  @Override
  public String toString() {
    return "%s, %d cores, %.0f GiB, %s, %s"
        .formatted(processor, cores, memoryBytes / (double) (1L << 30), kernel, javaRuntime);
  }
}
