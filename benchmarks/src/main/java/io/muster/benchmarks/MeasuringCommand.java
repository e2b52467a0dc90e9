package io.muster.benchmarks;

import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that brings up a stack, connects devices, measures in rounds, and stops the stack. */
abstract class MeasuringCommand implements Callable<Integer> {
  @Mixin private RoundOptions rounds;
  @Mixin private StackOptions stackOptions;
  @Mixin private TargetOptions target;
  @Mixin private ReportOptions report;

  /** What the report is called. */
  abstract String title();

  /** How many devices are connected. */
  abstract int connections();

  /** What a reader of the figures must know, besides what is the same for all commands. */
  abstract List<String> conditions();

  /** Runs the rounds. */
  abstract List<Round> measure(BenchmarkStack stack, Bench bench, Tournament tournament)
      throws InterruptedException;

  @Override
  public final Integer call() throws IOException, InterruptedException {
    var settings = stackOptions.settings();
    var at = Instant.now();
    try (var stack = new BenchmarkStack(settings);
        var _ = new CleanEnd(stack::close)) {
      report.tell("starting a stack in " + settings.home());
      stack.start();
      report.tell("warming up, then %d rounds".formatted(rounds.rounds()));
      report.show(title(), at, allConditions(), measured(stack));
    }
    return 0;
  }

  private List<Round> measured(BenchmarkStack stack) throws InterruptedException {
    try (var bench = new Bench(stack, target, connections())) {
      var tournament = new Tournament(bench.table(), ProcFiles.ofThisMachine(), report::tell);
      return measure(stack, bench, tournament);
    }
  }

  private List<String> allConditions() {
    var all = new ArrayList<String>();
    all.add(
        "%d connections, one for each device, %s, QoS 1, at most %,d messages in flight on each"
            .formatted(connections(), target.versionName(), target.window()));
    all.add("a message is 112 bytes: three values and its own time");
    all.add(rounds.describe());
    all.addAll(stackOptions.describe());
    all.addAll(conditions());
    return all;
  }

  RoundOptions rounds() {
    return rounds;
  }

  StackOptions stackOptions() {
    return stackOptions;
  }
}
