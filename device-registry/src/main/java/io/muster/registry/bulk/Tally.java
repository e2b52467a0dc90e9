package io.muster.registry.bulk;

import io.muster.registry.bulk.RowResult.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what came of the rows. For one thread. */
final class Tally {
  private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
  private long lastLine;

  void add(List<RowResult> results) {
    for (var result : results) {
      counts.merge(result.result(), 1L, Long::sum);
      lastLine = result.line();
    }
  }

  long rows() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * @param reason why the rest was not worked on; null when all was
   */
  ImportSummary summary(String reason) {
    return new ImportSummary(
        new ImportSummary.Counts(
            reason == null,
            rows(),
            count(Outcome.CREATED),
            count(Outcome.UPDATED),
            count(Outcome.UNCHANGED),
            count(Outcome.REJECTED),
            lastLine,
            reason));
  }

  private long count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0L);
  }

  @Override
  public String toString() {
    return "%d rows, %d created, %d updated, %d unchanged, %d rejected"
        .formatted(
            rows(),
            count(Outcome.CREATED),
            count(Outcome.UPDATED),
            count(Outcome.UNCHANGED),
            count(Outcome.REJECTED));
  }
}
