package io.muster.benchmarks.accounting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What Linux tells of processes under {@code /proc}. A process may end while it is being read; then
 * there is no answer.
 *
 * @param root {@code /proc}, or a folder that looks like it
 */
public record ProcFiles(Path root) {
  /** That of this machine. */
  public static ProcFiles ofThisMachine() {
    return new ProcFiles(Path.of("/proc"));
  }

  Optional<ProcessStat> stat(long pid) {
    return lines(pid, "stat").map(lines -> ProcessStat.parse(lines.getFirst()));
  }

  /**
   * The whole machine's processor time.
   *
   * @throws UncheckedIOException when there is no such file
   */
  MachineTime machineTime() {
    try {
      return MachineTime.parse(Files.readAllLines(root.resolve("stat")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The most it ever held of memory, {@code VmHWM}, pages that it shares with others included. */
  OptionalLong peakResidentBytes(long pid) {
    return kilobytes(pid, "status", "VmHWM");
  }

  /** What it holds now of memory, {@code VmRSS}, pages that it shares with others included. */
  public OptionalLong residentBytes(long pid) {
    return kilobytes(pid, "status", "VmRSS");
  }

  /**
   * Lets {@link #peakResidentBytes} begin anew with what the process holds now,
   * proc_pid_clear_refs(5). Where that is not allowed the peak stays that of its whole life.
   */
  void forgetPeak(long pid) {
    try {
      Files.writeString(root.resolve(Long.toString(pid)).resolve("clear_refs"), "5");
    } catch (IOException notAllowed) {
      // The report says since when the peak counts at the latest.
    }
  }

  /** What it holds now, shared pages divided by those who share them. */
  public OptionalLong proportionalBytes(long pid) {
    return kilobytes(pid, "smaps_rollup", "Pss");
  }

  /** The stat lines of a process' children, not of theirs. */
  List<ProcessStat> children(long pid) {
    try (var entries = Files.list(root)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .flatMap(name -> stat(Long.parseLong(name)).stream())
          .filter(stat -> stat.parent() == pid)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private OptionalLong kilobytes(long pid, String file, String field) {
    var lines = lines(pid, file);
    return lines.isPresent() ? KilobyteFields.bytes(lines.get(), field) : OptionalLong.empty();
  }

  private Optional<List<String>> lines(long pid, String file) {
    try {
      var lines = Files.readAllLines(root.resolve(Long.toString(pid)).resolve(file));
      return lines.isEmpty() ? Optional.empty() : Optional.of(lines);
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
