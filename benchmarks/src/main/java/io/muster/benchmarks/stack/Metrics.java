package io.muster.benchmarks.stack;

import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The figures at a service's {@code /q/metrics}. Thread-safe. */
public final class Metrics {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  /** Without the change to HTTP/2 in clear text, which the JDK's client otherwise asks for. */
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_WITHIN)
          .build();

  private final URI address;

  /**
   * @param httpPort of the service, on the loopback address
   */
  Metrics(int httpPort) {
    this.address = URI.create("http://127.0.0.1:" + httpPort + "/q/metrics");
  }

  /**
   * The sum over all labels.
   *
   * @param name of the metric
   * @throws RoundFailedException when nobody answers
   */
  public double sum(String name) {
    try {
      var request = HttpRequest.newBuilder(address).timeout(ANSWER_WITHIN).build();
      return sum(http.send(request, HttpResponse.BodyHandlers.ofString()).body(), name);
    } catch (IOException e) {
      throw new RoundFailedException("no metrics at " + address + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RoundFailedException("interrupted while reading metrics", e);
    }
  }

  /** Prometheus' text format 0.0.4: {@code name{labels} value}, without times. */
  static double sum(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
