package io.muster.benchmarks.registry;

import io.muster.benchmarks.report.Table;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Searches one after the other, a page of 100 each: how long an answer takes at the median and the
 * 99th percentile, and which index served it, from PostgreSQL's own plan of the service's query.
 */
final class SearchTrial {
  private static final long LONGEST_MICROSECONDS = 60_000_000;
  private static final int OK = 200;
  private static final int MOST_ATTEMPTS = 200;
  private static final int ENOUGH = 20;

  private final BenchmarkStack stack;
  private final Plans plans;
  private final int requests;

  SearchTrial(BenchmarkStack stack, Plans plans, int requests) {
    this.stack = stack;
    this.plans = plans;
    this.requests = requests;
  }

  /** The kinds take turns, request by request: what slows the machine slows all of them. */
  String markdown(List<SearchQuestion> questions) throws InterruptedException {
    var times = questions.stream().map(_ -> new Histogram(LONGEST_MICROSECONDS, 3)).toList();
    var token = stack.personToken();
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (var turn = -requests / 10; turn < requests; turn++) {
        for (var i = 0; i < questions.size(); i++) {
          var begin = System.nanoTime();
          ask(http, token, questions.get(i), Math.abs(turn) * 7_919);
          if (turn >= 0) {
            times
                .get(i)
                .recordValue(Math.min(LONGEST_MICROSECONDS, (System.nanoTime() - begin) / 1_000));
          }
        }
      }
      plans.begin();
      awaitConnections(http, token, questions.getFirst());
      plans.forget();
      var table = new Table(1, List.of("search", "p50 ms", "p99 ms", "served by"));
      for (var i = 0; i < questions.size(); i++) {
        ask(http, token, questions.get(i), i);
        table.line(
            questions.get(i).name(),
            "%.1f".formatted(times.get(i).getValueAtPercentile(50) / 1e3),
            "%.1f".formatted(times.get(i).getValueAtPercentile(99) / 1e3),
            plans.lastSearch());
      }
      return table.markdown();
    }
  }

  /** The registry's connections were ended; those that it still has in its pool fail once each. */
  private void awaitConnections(HttpClient http, String token, SearchQuestion question)
      throws InterruptedException {
    var inARow = 0;
    for (var attempt = 0; attempt < MOST_ATTEMPTS && inARow < ENOUGH; attempt++) {
      try {
        ask(http, token, question, 0);
        inARow++;
      } catch (RoundFailedException notYet) {
        inARow = 0;
        Thread.sleep(100);
      }
    }
  }

  private void ask(HttpClient http, String token, SearchQuestion question, int n)
      throws InterruptedException {
    var path = new StringBuilder("/api/v1/tenants/" + DeviceRows.TENANT + "/devices?limit=100");
    var filter = question.query().apply(n);
    if (filter != null) {
      path.append("&filter=").append(URLEncoder.encode(filter, StandardCharsets.UTF_8));
    }
    if (question.sort() != null) {
      path.append("&sort=").append(question.sort());
    }
    var request =
        HttpRequest.newBuilder(URI.create(stack.registryUrl() + path.toString()))
            .header("Authorization", "Bearer " + token)
            .build();
    try {
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != OK) {
        throw new RoundFailedException(path + " was answered " + answer.statusCode());
      }
    } catch (IOException e) {
      throw new RoundFailedException(path + ": " + e.getMessage(), e);
    }
  }
}
