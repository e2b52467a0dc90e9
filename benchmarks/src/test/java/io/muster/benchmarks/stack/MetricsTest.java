package io.muster.benchmarks.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final String TEXT =
      """
      # TYPE muster_endpoint_connections gauge
      muster_endpoint_connections 200.0
      muster_endpoint_connections_most 20000.0
      # TYPE muster_endpoint_pauses_total counter
      muster_endpoint_pauses_total{reason="window"} 3.0
      muster_endpoint_pauses_total{reason="a b"} 1.5E3
      """;

  @Test
  void aFigureIsTheSumOverItsLabels() {
    assertEquals(200, Metrics.sum(TEXT, "muster_endpoint_connections"));
    assertEquals(1_503, Metrics.sum(TEXT, "muster_endpoint_pauses_total"));
    assertEquals(0, Metrics.sum(TEXT, "muster_absent"));
  }
}
