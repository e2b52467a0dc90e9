package io.muster.benchmarks.accounting;

import java.util.List;
import java.util.OptionalLong;

/** Lines such as {@code VmHWM: 1234 kB} in {@code /proc/{pid}/status} and its like. */
final class KilobyteFields {
  private KilobyteFields() {}

  /**
   * The named field in bytes; empty when there is none, as in the status of a kernel thread.
   *
   * @param name without the colon
   */
  static OptionalLong bytes(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .filter(value -> value.endsWith(" kB"))
        .mapToLong(value -> Long.parseLong(value.substring(0, value.length() - 3).strip()) * 1_024)
        .findFirst();
  }
}
