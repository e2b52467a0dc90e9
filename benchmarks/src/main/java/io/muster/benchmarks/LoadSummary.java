package io.muster.benchmarks;

import io.muster.benchmarks.load.LoadResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.stream.Collectors;

/** What came of a run, for people. */
final class LoadSummary {
  private LoadSummary() {}

  /**
   * @param cpu that the load generator spent
   */
  static void print(PrintWriter out, LoadResult result, Duration cpu) {
    out.printf(
        "%,d published, %,d acknowledged in %.1f s: %,.0f a second%n",
        result.sent(),
        result.acks().successes(),
        result.elapsed().toMillis() / 1e3,
        result.acknowledgedPerSecond());
    out.printf(
        "publish to PUBACK: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, longest %.1f ms%n",
        result.milliseconds(50),
        result.milliseconds(99),
        result.milliseconds(99.9),
        result.milliseconds(100));
    out.printf("PUBACKs by reason code: %s%n", reasons(result));
    out.printf("load generator: %.1f CPU seconds%n", cpu.toMillis() / 1e3);
    if (!result.isComplete()) {
      out.printf(
          "not complete: %,d unacknowledged, %,d PUBACKs for nothing, %d connections lost%n",
          result.unacknowledged(), result.unexpectedAcks(), result.lostConnections());
    }
    out.flush();
  }

  private static String reasons(LoadResult result) {
    return result.acks().byReason().entrySet().stream()
        .map(entry -> "0x%02x: %,d".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
