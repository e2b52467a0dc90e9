package io.muster.benchmarks.report;

import io.muster.benchmarks.accounting.Cost;
import io.muster.benchmarks.rounds.Round;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The rounds of a tournament as Markdown.
 *
 * @param unit what was stored or made, such as {@code rows}
 * @param comparisons what stands in the headline
 * @param rounds all of them, in the order in which they were run
 */
public record Report(String unit, List<Comparison> comparisons, List<Round> rounds) {
  private static final long FEW = 1_000;

  /** Rows, the first contender beside each of the others. */
  public static Report ofRows(List<Round> rounds) {
    var names = rounds.stream().map(Round::contender).distinct().toList();
    var comparisons =
        names.stream().skip(1).map(name -> new Comparison(names.getFirst(), name)).toList();
    return new Report("rows", comparisons, rounds);
  }

  public String markdown() {
    return headline() + "\n" + rates() + "\n" + costs();
  }

  private String headline() {
    var text = new StringBuilder();
    for (var comparison : comparisons) {
      var ratio = ratio(comparison.contender(), comparison.by()).show("%.2f");
      text.append(
          "**%s is %s of %s.**  %n".formatted(comparison.contender(), ratio, comparison.by()));
    }
    return text.toString();
  }

  /** One contender's rate divided by another one's, in neighbouring rounds. */
  public Series ratio(String contender, String by) {
    var own = roundsOf(contender);
    var others = roundsOf(by);
    return new Series(
        IntStream.range(0, Math.min(own.size(), others.size()))
            .mapToObj(i -> own.get(i).stored().perSecond() / others.get(i).stored().perSecond())
            .toList());
  }

  private String rates() {
    var table =
        new Table(
            1,
            List.of(
                "",
                unit + " a second, median (least–most)",
                "rounds",
                unit,
                "p50 ms",
                "p99 ms",
                "taken by others"));
    for (var name : contenders()) {
      var own = roundsOf(name);
      table.line(
          name,
          series(own, round -> round.stored().perSecond()).show("%,.0f"),
          Integer.toString(own.size()),
          "%,d".formatted(own.stream().mapToLong(round -> round.stored().rows()).sum()),
          latency(own, round -> round.stored().p50Milliseconds()),
          latency(own, round -> round.stored().p99Milliseconds()),
          series(own, round -> 100 * round.bill().disturbance()).show("%.0f %%"));
    }
    return table.markdown();
  }

  private String costs() {
    var table =
        new Table(2, List.of("", "process", "CPU seconds for 100,000 " + unit, "peak memory, MiB"));
    for (var name : contenders()) {
      var own = roundsOf(name);
      for (var process : own.getFirst().bill().costs().stream().map(Cost::process).toList()) {
        table.line(
            name,
            process,
            secondsPer100k(own, process),
            "%,.0f".formatted(series(own, r -> mebibytes(cost(r, process))).most()));
      }
    }
    return table.markdown();
  }

  /** Of next to nothing it would be a large number without a meaning. */
  private static String secondsPer100k(List<Round> rounds, String process) {
    return rounds.stream().anyMatch(round -> round.stored().rows() < FEW)
        ? ""
        : series(rounds, r -> cost(r, process).secondsPer100k(r.stored().rows())).show("%.2f");
  }

  private static String latency(List<Round> rounds, Function<Round, OptionalDouble> of) {
    return rounds.stream().allMatch(round -> of.apply(round).isPresent())
        ? series(rounds, round -> of.apply(round).getAsDouble()).show("%.1f")
        : "";
  }

  private static Series series(List<Round> rounds, Function<Round, Double> of) {
    return new Series(rounds.stream().map(of).toList());
  }

  private static Cost cost(Round round, String process) {
    return round.bill().costs().stream()
        .filter(cost -> cost.process().equals(process))
        .findFirst()
        .orElseThrow();
  }

  private static double mebibytes(Cost cost) {
    return cost.peakBytes() / (double) (1 << 20);
  }

  private List<String> contenders() {
    return rounds.stream().map(Round::contender).distinct().toList();
  }

  private List<Round> roundsOf(String contender) {
    return rounds.stream().filter(round -> round.contender().equals(contender)).toList();
  }
}
