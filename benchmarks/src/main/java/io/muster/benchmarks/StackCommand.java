package io.muster.benchmarks;

import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.StackSettings;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that brings up a stack, measures, and stops the stack. */
abstract class StackCommand implements Callable<Integer> {
  @Mixin private StackOptions stackOptions;
  @Mixin private TargetOptions target;
  @Mixin private ReportOptions report;

  /** What the report is called. */
  abstract String title();

  /** What a reader of the figures must know, besides what is the same for all commands. */
  abstract List<String> conditions();

  /** Measures on a stack that is ready; the figures as Markdown. */
  abstract String measure(BenchmarkStack stack) throws InterruptedException;

  /** Starts what ingest-service needs of this measurement; its configuration for it. */
  Map<String, String> prepare(BenchmarkStack stack) {
    return Map.of();
  }

  /** How the stack runs. */
  StackSettings settings() throws IOException {
    return stackOptions.settings(List.of());
  }

  @Override
  public final Integer call() throws IOException, InterruptedException {
    var settings = settings();
    var at = Instant.now();
    try (var stack = new BenchmarkStack(settings);
        var _ = new CleanEnd(stack::close)) {
      tell("starting a stack in " + settings.home());
      stack.startFoundations();
      stack.startIngest(prepare(stack));
      var figures = measure(stack);
      var all = new ArrayList<>(conditions());
      all.addAll(stackOptions.describe(settings));
      report.show(title(), at, all, figures);
    }
    return 0;
  }

  void tell(String line) {
    report.tell(line);
  }

  ReportOptions report() {
    return report;
  }

  StackOptions stackOptions() {
    return stackOptions;
  }

  TargetOptions target() {
    return target;
  }
}
