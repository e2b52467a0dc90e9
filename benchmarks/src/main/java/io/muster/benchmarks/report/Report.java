package io.muster.benchmarks.report;

import io.muster.benchmarks.accounting.Cost;
import io.muster.benchmarks.accounting.Machine;
import io.muster.benchmarks.rounds.Round;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The rounds of a tournament as Markdown.
 *
 * @param title what was measured
 * @param at when
 * @param commit of the sources
 * @param machine on which
 * @param conditions what else one must know, a line each
 * @param rounds all of them, in the order in which they were run
 */
public record Report(
    String title,
    Instant at,
    String commit,
    Machine machine,
    List<String> conditions,
    List<Round> rounds) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  public String markdown() {
    var text = new StringBuilder("# " + title + "\n\n");
    text.append("* ").append(DATE.format(at)).append(", commit ").append(commit).append('\n');
    text.append("* ").append(machine).append('\n');
    conditions.forEach(condition -> text.append("* ").append(condition).append('\n'));
    text.append('\n').append(headline()).append('\n');
    text.append(rates()).append('\n').append(costs());
    return text.toString();
  }

  /** The first contender beside each of the others, round by round. */
  private String headline() {
    var names = contenders();
    var text = new StringBuilder();
    for (var other : names.subList(1, names.size())) {
      text.append(
          "**%s is %s of %s.**%n".formatted(names.getFirst(), ratio(other).show("%.2f"), other));
    }
    return text.toString();
  }

  /**
   * The first contender's rate divided by another one's.
   *
   * @param other its name
   */
  public Series ratio(String other) {
    var own = roundsOf(contenders().getFirst());
    var others = roundsOf(other);
    return new Series(
        IntStream.range(0, Math.min(own.size(), others.size()))
            .mapToObj(i -> own.get(i).stored().perSecond() / others.get(i).stored().perSecond())
            .toList());
  }

  private String rates() {
    var text =
        new StringBuilder(
            """
            | | rows a second, median (least–most) | rounds | rows | p50 ms | p99 ms | taken by others |
            |---|--:|--:|--:|--:|--:|--:|
            """);
    for (var name : contenders()) {
      var own = roundsOf(name);
      text.append(
          line(
              name,
              series(own, round -> round.stored().perSecond()).show("%,.0f"),
              Integer.toString(own.size()),
              "%,d".formatted(own.stream().mapToLong(round -> round.stored().rows()).sum()),
              latency(own, round -> round.stored().p50Milliseconds()),
              latency(own, round -> round.stored().p99Milliseconds()),
              series(own, round -> 100 * round.bill().disturbance()).show("%.0f %%")));
    }
    return text.toString();
  }

  private String costs() {
    var text =
        new StringBuilder(
            """
            | | process | CPU seconds for 100,000 rows | peak memory, MiB |
            |---|---|--:|--:|
            """);
    for (var name : contenders()) {
      var own = roundsOf(name);
      for (var process : own.getFirst().bill().costs().stream().map(Cost::process).toList()) {
        text.append(
            line(
                name,
                process,
                series(own, r -> cost(r, process).secondsPer100k(r.stored().rows())).show("%.2f"),
                "%,.0f".formatted(series(own, r -> mebibytes(cost(r, process))).most())));
      }
    }
    return text.toString();
  }

  private static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
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
