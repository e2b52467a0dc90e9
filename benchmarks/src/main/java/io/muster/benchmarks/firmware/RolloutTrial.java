package io.muster.benchmarks.firmware;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.benchmarks.accounting.Meter;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.report.Table;
import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** An update for all devices: by a rollout, and given to one after the other. */
final class RolloutTrial {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final int AT_ONCE = 8;
  private static final double MEBI = 1 << 20;

  private final FirmwareClient client;
  private final UpdatingFleet fleet;
  private final Path file;
  private final List<ObservedProcess> processes;

  /**
   * @param file of which each distribution is
   * @param processes what they cost is told
   */
  RolloutTrial(
      FirmwareClient client, UpdatingFleet fleet, Path file, List<ObservedProcess> processes) {
    this.client = client;
    this.fleet = fleet;
    this.file = file;
    this.processes = List.copyOf(processes);
  }

  /** How all devices are given a distribution; returns when they are. */
  private interface Way {
    Given give(String distribution) throws InterruptedException;
  }

  /**
   * All devices were given it.
   *
   * @param nanos when, by {@link System#nanoTime}
   * @param rollout by which; null for none
   */
  private record Given(long nanos, String rollout) {}

  /**
   * Measures so many of both, in turn; the figures as Markdown.
   *
   * @param tell hears of each
   */
  String measure(int times, Consumer<String> tell) throws InterruptedException, IOException {
    var table = new Table(2, titles());
    for (var n = 1; n <= times; n++) {
      tell.accept("rollout %d of %d".formatted(n, times));
      line(table, "rollout", n, this::byRollout);
      tell.accept("one by one %d of %d".formatted(n, times));
      line(table, "one by one", n, this::oneByOne);
    }
    return table.markdown();
  }

  private List<String> titles() {
    var titles =
        new ArrayList<>(
            List.of(
                "given",
                "run",
                "all given, s",
                "last device had it, s",
                "all counted, s",
                "polls"));
    processes.forEach(it -> titles.add(it.name() + ", CPU s"));
    processes.forEach(it -> titles.add(it.name() + ", most MiB"));
    return titles;
  }

  private void line(Table table, String name, int n, Way way)
      throws InterruptedException, IOException {
    var distribution = client.release(file, name.replace(' ', '-') + "-" + n);
    try (var meter = Meter.start(ProcFiles.ofThisMachine(), processes);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var start = System.nanoTime();
      var polling = threads.submit(() -> fleet.update(PATIENCE));
      var given = way.give(distribution);
      var updated = polling.get();
      awaitFinished(given, start);
      var counted = System.nanoTime();
      List<Object> cells = new ArrayList<>();
      cells.add(name);
      cells.add(n);
      cells.add(seconds(start, given.nanos()));
      cells.add(seconds(start, updated.lastNanos()));
      cells.add(seconds(start, counted));
      cells.add("%,d".formatted(updated.polls()));
      var costs = meter.read().costs();
      costs.forEach(it -> cells.add("%.1f".formatted(it.cpu().toMillis() / 1e3)));
      costs.forEach(it -> cells.add("%.0f".formatted(it.peakBytes() / MEBI)));
      table.line(cells.toArray());
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    }
  }

  private Given byRollout(String distribution) throws InterruptedException {
    var start = System.nanoTime();
    var rollout = client.rollOut(distribution, "id==lamp-*");
    while (true) {
      var view = client.rollout(rollout);
      if (all(view) == fleet.devices().size() && count(view, "pending") == 0) {
        return new Given(System.nanoTime(), rollout);
      }
      pause(start, view);
    }
  }

  private Given oneByOne(String distribution) throws InterruptedException {
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> pending = new ArrayList<>();
      for (var device : fleet.devices()) {
        pending.add(
            threads.submit(
                () -> {
                  client.assign(device.name(), distribution);
                  return null;
                }));
      }
      for (var each : pending) {
        each.get();
      }
      return new Given(System.nanoTime(), null);
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    }
  }

  private void awaitFinished(Given given, long start) throws InterruptedException {
    while (given.rollout() != null) {
      var view = client.rollout(given.rollout());
      if (view.path("state").asText().equals("finished")) {
        if (count(view, "finished") != fleet.devices().size()) {
          throw new RoundFailedException("not all devices have it: " + view.path("counts"));
        }
        return;
      }
      pause(start, view);
    }
  }

  private static void pause(long start, JsonNode view) throws InterruptedException {
    if (System.nanoTime() - start > PATIENCE.toNanos()) {
      throw new RoundFailedException("the rollout does not end: " + view.path("counts"));
    }
    Thread.sleep(LOOK_EVERY.toMillis());
  }

  private static long all(JsonNode view) {
    var all = 0L;
    for (var count : view.path("counts")) {
      all += count.asLong();
    }
    return all;
  }

  private static long count(JsonNode view, String state) {
    return view.path("counts").path(state).asLong();
  }

  private static String seconds(long start, long end) {
    return "%.1f".formatted((end - start) / 1e9);
  }
}
