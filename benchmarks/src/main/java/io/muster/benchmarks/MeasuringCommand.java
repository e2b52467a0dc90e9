package io.muster.benchmarks;

import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;

/** A command whose contenders store in rounds. */
abstract class MeasuringCommand extends StackCommand {
  @Mixin private RoundOptions rounds;

  /** How many devices are registered. */
  abstract int devices();

  /** Whose connections there are, for the report. */
  abstract String connections();

  /** What a reader of the figures must know, besides what is the same for all such commands. */
  abstract List<String> moreConditions();

  /** Runs the rounds; the figures as Markdown. */
  abstract String measure(BenchmarkStack stack, Bench bench, Tournament tournament)
      throws InterruptedException;

  @Override
  final String measure(BenchmarkStack stack) throws InterruptedException {
    tell("registering %,d devices".formatted(devices()));
    try (var bench = new Bench(stack, target(), devices())) {
      tell("warming up, then %d rounds".formatted(rounds.rounds()));
      var tournament = new Tournament(bench.table(), ProcFiles.ofThisMachine(), report()::tell);
      return measure(stack, bench, tournament);
    }
  }

  @Override
  final List<String> conditions() {
    var all = new ArrayList<String>();
    all.add(
        "%s connections, one for each device, %s, QoS 1, at most %,d messages in flight on each"
            .formatted(connections(), target().versionName(), target().window()));
    all.add("a message is 112 bytes: three values and its own time");
    all.add(rounds.describe());
    all.addAll(moreConditions());
    return all;
  }

  RoundOptions rounds() {
    return rounds;
  }
}
