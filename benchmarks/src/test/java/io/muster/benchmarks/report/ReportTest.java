package io.muster.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.accounting.Bill;
import io.muster.benchmarks.accounting.Cost;
import io.muster.benchmarks.accounting.Machine;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final Report report =
      Report.ofRows(
          List.of(
              ingest(600_000),
              floor(1_000_000),
              ingest(500_000),
              floor(1_250_000),
              ingest(700_000),
              floor(1_000_000)));

  @Test
  void theRatioIsThatOfNeighbouringRounds() {
    assertEquals(List.of(0.4, 0.6, 0.7), report.ratio("ingest-service", "floor").values());
  }

  @Test
  void theRatiosTheRatesAndTheCostsAreThere() {
    var lines = report.markdown().lines().toList();

    assertTrue(lines.contains("**ingest-service is 0.60 (0.40–0.70) of floor.**  "));
    assertTrue(
        lines.contains(
            "| ingest-service | 60,000 (50,000–70,000) | 3 | 1,800,000 | 3.0 (3.0–3.0) | 9.0"
                + " (9.0–9.0) | 20 % (20 %–20 %) |"));
    assertTrue(
        lines.contains(
            "| floor | 100,000 (100,000–125,000) | 3 | 3,250,000 |  |  | 20 % (20 %–20 %) |"));
    // Six CPU seconds for 500,000 to 700,000 rows.
    assertTrue(
        lines.contains("| ingest-service | PostgreSQL | 1.00 (0.86–1.20) | 64 |"),
        report::markdown);
  }

  @Test
  void whoStoredNextToNothingHasNoCostOfIt() {
    var lines = Report.ofRows(List.of(ingest(1))).markdown();

    assertTrue(lines.contains("| ingest-service | PostgreSQL |  | 64 |"), lines);
  }

  @Test
  void aPageBeginsWithWhenOnWhatAndHow() {
    var heading =
        new Heading(
            "Stored rate",
            Instant.parse("2026-11-23T03:04:05Z"),
            "abc1234",
            new Machine("Quick Chip", 2, 24L << 30, "Linux 6", "JVM 25"),
            List.of("8 connections"));

    assertEquals(
        """
        # Stored rate

        * 2026-11-23 03:04 UTC, commit abc1234
        * Quick Chip, 2 cores, 24 GiB, Linux 6, JVM 25
        * 8 connections

        """,
        heading.markdown());
  }

  private static Bill bill() {
    return new Bill(
        List.of(new Cost("PostgreSQL", Duration.ofSeconds(6), 64 << 20)),
        Duration.ofSeconds(3),
        Duration.ofSeconds(1),
        2,
        Duration.ofSeconds(10));
  }

  private static Round ingest(long rows) {
    return new Round(
        "ingest-service",
        new Stored(rows, Duration.ofSeconds(10), OptionalDouble.of(3), OptionalDouble.of(9)),
        bill());
  }

  private static Round floor(long rows) {
    return new Round("floor", Stored.rows(rows, Duration.ofSeconds(10)), bill());
  }
}
