package io.muster.localstack.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * When a process was started, in a form that no correction of the clock changes: the boot's id and
 * the clock ticks since then (field 22 of {@code /proc/{pid}/stat}, proc(5)). The script {@code
 * ./muster} reads the same. Stateless.
 */
final class ProcessStart {
  private static final Path PROC = Path.of("/proc");
  private static final int TICKS_AFTER_NAME = 19; // field 22; the first after the name is field 3

  private ProcessStart() {}

  /** The mark of a running process; empty where the system has none, or when it has ended. */
  static String mark(long pid) {
    try {
      var boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
      var stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
      // The name stands in parentheses and may hold anything, also spaces and parentheses.
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return boot + "/" + fields[TICKS_AFTER_NAME];
    } catch (IOException | RuntimeException absent) {
      return "";
    }
  }
}
