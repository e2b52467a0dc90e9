package io.muster.benchmarks.report;

import io.muster.benchmarks.accounting.Machine;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * What stands above the figures of a run; without it they mean nothing.
 *
 * @param title what was measured
 * @param at when
 * @param commit of the sources
 * @param machine on which
 * @param conditions what else one must know, a line each
 */
public record Heading(
    String title, Instant at, String commit, Machine machine, List<String> conditions) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  /** As Markdown, with an empty line at its end. */
  public String markdown() {
    var text = new StringBuilder("# " + title + "\n\n");
    text.append("* ").append(DATE.format(at)).append(", commit ").append(commit).append('\n');
    text.append("* ").append(machine).append('\n');
    conditions.forEach(condition -> text.append("* ").append(condition).append('\n'));
    return text.append('\n').toString();
  }
}
