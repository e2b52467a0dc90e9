package io.muster.benchmarks.commands;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.RowStore;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The measurements of command-service, one after the other on one stack. */
public final class CommandTrial {
  private static final RowStore NO_ROWS =
      new RowStore() {
        @Override
        public long count() {
          return 0;
        }

        @Override
        public void reset() {
          // Nothing is counted in a table.
        }
      };

  private final BenchmarkStack stack;
  private final List<DeviceLogin> logins;
  private final ObservedProcess generator;
  private final Consumer<Round> progress;

  /**
   * How much is measured.
   *
   * @param rates commands a second, each measured by itself
   * @param answering devices that the commands of the rates are for
   * @param jobs to all devices, one after the other
   * @param rounds of each contender
   * @param duration of a round
   * @param warmUp of each, before the first
   */
  public record Size(
      List<Integer> rates,
      int answering,
      int jobs,
      int rounds,
      Duration duration,
      Duration warmUp) {}

  /**
   * @param stack all of which has started
   * @param generator this process
   */
  public CommandTrial(
      BenchmarkStack stack,
      List<DeviceLogin> logins,
      ObservedProcess generator,
      Consumer<Round> progress) {
    this.stack = stack;
    this.logins = logins;
    this.generator = generator;
    this.progress = progress;
  }

  /**
   * Measures all; the figures as Markdown.
   *
   * @param tell hears what comes next
   */
  public String measure(Size size, Consumer<String> tell) throws InterruptedException {
    var text = new StringBuilder();
    for (var rate : size.rates()) {
      tell.accept("%,d commands a second".formatted(rate));
      text.append("## %,d commands a second\n\n%s\n".formatted(rate, roundTrips(size, rate, tell)));
    }
    if (size.jobs() > 0) {
      tell.accept("connecting %,d devices".formatted(logins.size()));
      var figures = new JobTrial(stack, logins).measure(size.jobs(), tell);
      text.append("## A job to %,d devices\n\n%s".formatted(logins.size(), figures));
    }
    return text.toString();
  }

  private String roundTrips(Size size, int rate, Consumer<String> tell)
      throws InterruptedException {
    var some = logins.subList(0, size.answering());
    var command = stack.command();
    try (var _ = AnsweringDevices.connect(some, stack.ingest().port());
        var floor =
            new BareRequests(
                "request and response alone", rate, some, stack, () -> shared().toList())) {
      var service =
          new CommandRequests(
              "command-service",
              rate,
              some,
              command.url(),
              stack.personToken(),
              () -> Stream.concat(Stream.of(command.observed()), shared()).toList(),
              new Evidence(stack::connectAsSuperuser, tell));
      var contenders = List.of(service, floor);
      var tournament = new Tournament(NO_ROWS, ProcFiles.ofThisMachine(), progress);
      tournament.warmUp(contenders, size.warmUp());
      var measured = tournament.run(contenders, size.rounds(), size.duration());
      return new Report("commands", List.of(), measured).markdown()
          + "\nThe service refused %,d (429 or 503).\n".formatted(service.refused());
    }
  }

  private Stream<ObservedProcess> shared() {
    return Stream.of(
        stack.ingest().observed(), stack.brokerProcess(), stack.databaseProcess(), generator);
  }
}
