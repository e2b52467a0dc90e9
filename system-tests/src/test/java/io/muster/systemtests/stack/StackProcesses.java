package io.muster.systemtests.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.localstack.home.MusterHome;
import io.muster.localstack.stack.StatusCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The processes of the stack, as {@code ./muster status} knows them; killed and frozen here. What
 * that command would print is read here without it: a virtual machine for each look takes from what
 * is waited for the processor that it starts with.
 */
public final class StackProcesses {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration RESTART = Duration.ofMinutes(3);

  /** What Kubernetes gives a pod by the chart. */
  private static final Duration GRACE = Duration.ofSeconds(40);

  private final MusterHome home;

  /** Whether a process has been killed, ended or frozen, or has just begun. */
  private volatile boolean disturbed = true;

  /** Those of a stack that the command starts. */
  public StackProcesses(MusterCommand muster) {
    this.home = new MusterHome(muster.home());
  }

  /**
   * One line of the status.
   *
   * @param state {@code ready}, {@code not-ready}, {@code crashed}, …
   */
  public record Status(String name, long pid, String address, String state, String detail) {}

  /** All processes. */
  public List<Status> status() {
    return StatusCommand.lines(home).stream()
        .map(it -> new Status(it.name(), it.pid(), it.address(), it.state(), it.detail()))
        .toList();
  }

  /** What {@code ./muster status --json} printed. */
  public static List<Status> printed(String json) {
    try {
      return StreamSupport.stream(JSON.readTree(json).spliterator(), false)
          .map(StackProcesses::line)
          .toList();
    } catch (IOException notJson) {
      throw new AssertionError("status --json printed: " + json, notJson);
    }
  }

  private static Status line(JsonNode line) {
    return new Status(
        line.path("name").asText(),
        line.path("pid").asLong(),
        line.path("address").asText(),
        line.path("state").asText(),
        line.path("detail").asText());
  }

  /** The process of that name. */
  public Status of(String name) {
    return find(name).orElseThrow(() -> new AssertionError(name + " is not among " + status()));
  }

  private Optional<Status> find(String name) {
    return status().stream().filter(status -> status.name().equals(name)).findFirst();
  }

  /**
   * SIGKILL. Its supervisor starts it again.
   *
   * @return the process id that it had
   */
  public long kill(String name) {
    return killTogether(name).get(name);
  }

  /** SIGKILL for a known process, at once, without asking who it is. */
  public void killNow(long pid) {
    var process =
        ProcessHandle.of(pid).orElseThrow(() -> new AssertionError(pid + " does not run"));
    process.destroyForcibly();
    process.onExit().orTimeout(GRACE.toSeconds(), TimeUnit.SECONDS).join();
    disturb();
  }

  /**
   * SIGKILL for each, one right after the other.
   *
   * @return the process ids that they had, by name
   */
  public Map<String, Long> killTogether(String... names) {
    disturb();
    var all = status().stream().collect(Collectors.toMap(Status::name, Status::pid));
    var killed = new LinkedHashMap<String, Long>();
    var processes = new ArrayList<ProcessHandle>();
    for (var name : names) {
      var process = Optional.ofNullable(all.get(name)).flatMap(ProcessHandle::of);
      processes.add(process.orElseThrow(() -> new AssertionError(name + " does not run")));
      killed.put(name, all.get(name));
    }
    processes.forEach(ProcessHandle::destroyForcibly);
    processes.forEach(
        process -> process.onExit().orTimeout(GRACE.toSeconds(), TimeUnit.SECONDS).join());
    return killed;
  }

  /**
   * SIGTERM, and waits until it has ended by itself. Its supervisor starts it again.
   *
   * @return the process id that it had
   */
  public long terminate(String name) {
    disturb();
    var pid = of(name).pid();
    var process =
        ProcessHandle.of(pid).orElseThrow(() -> new AssertionError(name + " does not run"));
    process.destroy();
    process.onExit().orTimeout(GRACE.toSeconds(), TimeUnit.SECONDS).join();
    return pid;
  }

  /** Waits until the supervisor has started it again and it is ready. */
  public void awaitRestart(String name, long killedPid) {
    await("restart of " + name)
        .atMost(RESTART)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                find(name)
                    .filter(now -> now.pid() != killedPid && now.state().equals("ready"))
                    .isPresent());
    disturb();
  }

  private void disturb() {
    disturbed = true;
  }

  /** Whether anything was done to a process since all was well. */
  boolean areDisturbed() {
    return disturbed;
  }

  /** All is well. */
  void settled() {
    disturbed = false;
  }

  /** SIGSTOP for the process and its children; they are there and do not answer. */
  public Frozen freeze(String name) {
    disturb();
    var process =
        ProcessHandle.of(of(name).pid())
            .orElseThrow(() -> new AssertionError(name + " does not run"));
    signal("-STOP", process);
    return new Frozen(process, this);
  }

  /** A process that stands still until this is closed. */
  public record Frozen(ProcessHandle process, StackProcesses among) implements AutoCloseable {
    @Override
    public void close() {
      signal("-CONT", process);
      among.disturb();
    }
  }

  /** Resident memory in bytes, from {@code /proc}. */
  public long residentBytes(String name) {
    return residentBytes(of(name).pid());
  }

  /** The same of a known process, without asking who it is. */
  public static long residentBytes(long pid) {
    return kibibytes(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:") * 1_024;
  }

  /**
   * What a process and its children hold, in bytes; memory that several share is counted once
   * between them (PSS).
   */
  public long heldBytes(String name) {
    var process = ProcessHandle.of(of(name).pid()).orElseThrow();
    return Stream.concat(Stream.of(process), process.descendants())
        .mapToLong(
            one ->
                kibibytes(Path.of("/proc", Long.toString(one.pid()), "smaps_rollup"), "Pss:")
                    * 1_024)
        .sum();
  }

  /** 0 when the process has ended meanwhile, as children of a database do. */
  private static long kibibytes(Path file, String field) {
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException ended) {
      return 0;
    }
  }

  private static void signal(String signal, ProcessHandle process) {
    var pids =
        Stream.concat(Stream.of(process), process.descendants())
            .map(handle -> Long.toString(handle.pid()))
            .toList();
    // The shell's own: a small machine has no other.
    var command = new ArrayList<>(List.of("sh", "-c", "kill \"$@\"", "sh", signal));
    command.addAll(pids);
    try {
      new ProcessBuilder(command).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
