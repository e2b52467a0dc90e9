package io.muster.rest.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeFormatTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Prometheus 3, Prometheus 2.43 and later, and the one before.
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            + "application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text;version=1.0.0;q=0.5,"
            + "application/openmetrics-text;version=0.0.1;q=0.4,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text;version=1.0.0,"
            + "application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        // With native histograms, which are not to be had.
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
            + "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text",
        "application/openmetrics-text; version=\"1.0.0\"; charset=utf-8",
        "Application/OpenMetrics-Text;Version=1.0.0",
        "application/*",
        "*/*"
      })
  void openMetricsForWhomItIsBest(String accept) {
    assertEquals(Optional.of(ScrapeFormat.OPEN_METRICS), ScrapeFormat.wanted(accept));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "text/plain;version=0.0.4;q=0.3",
        "text/plain, */*",
        "text/*",
        // What there is, is of another version.
        "application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.4",
        "application/openmetrics-text;q=0,*/*",
        // A browser.
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
      })
  void plainTextForWhomThatIsBest(String accept) {
    assertEquals(Optional.of(ScrapeFormat.TEXT), ScrapeFormat.wanted(accept));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "text/plain;version=1.0.0",
        "application/openmetrics-text;version=2.0.0",
        "*/*;q=0",
        "text/plain;q=much",
        ",;,"
      })
  void neitherForWhoTakesNeither(String accept) {
    assertEquals(Optional.empty(), ScrapeFormat.wanted(accept));
  }

  @Test
  void openMetricsForWhoSaysNothing() {
    assertEquals(Optional.of(ScrapeFormat.OPEN_METRICS), ScrapeFormat.wanted(null));
    assertEquals(Optional.of(ScrapeFormat.OPEN_METRICS), ScrapeFormat.wanted(""));
  }
}
