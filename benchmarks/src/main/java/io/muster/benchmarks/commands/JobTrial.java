package io.muster.benchmarks.commands;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.report.Table;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A job to all devices, which are connected: until the last answer, and what the service holds. */
final class JobTrial {
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int CREATED = 201;
  private static final int OK = 200;
  private static final double MEBI = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BenchmarkStack stack;
  private final List<DeviceLogin> logins;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI jobs;

  JobTrial(BenchmarkStack stack, List<DeviceLogin> logins) {
    this.stack = stack;
    this.logins = logins;
    var tenant = logins.getFirst().device().tenant();
    this.jobs = stack.command().url().resolve("/api/v1/tenants/" + tenant + "/jobs");
  }

  /**
   * Measures so many jobs one after the other; the figures as Markdown.
   *
   * @param tell hears of each
   */
  String measure(int times, Consumer<String> tell) throws InterruptedException {
    var table =
        new Table(
            1,
            List.of(
                "job",
                "last answer left its device, s",
                "all counted as succeeded, s",
                "answers",
                "PSS before, MiB",
                "most PSS, MiB",
                "PSS after, MiB"));
    try (var devices = AnsweringDevices.connect(logins, stack.ingest().port())) {
      awaitKnown(tell);
      for (var n = 1; n <= times; n++) {
        tell.accept("job %d of %d to %,d devices".formatted(n, times, logins.size()));
        line(table, n, devices);
      }
    } catch (IOException e) {
      throw new RoundFailedException("command-service is not there: " + e, e);
    }
    return table.markdown();
  }

  /** What devices say comes in its order: once the last is known to be there, all are. */
  private void awaitKnown(Consumer<String> tell) {
    var evidence = new Evidence(stack::connectAsSuperuser, tell);
    new CommandRequests(
            "", 1, logins, stack.command().url(), stack.personToken(), List::of, evidence)
        .awaitCaughtUp();
  }

  private void line(Table table, int n, AnsweringDevices devices)
      throws IOException, InterruptedException {
    var before = pss();
    var answersBefore = devices.counts().total();
    var most = before;
    var start = System.nanoTime();
    var job = start();
    while (succeeded(job) < logins.size()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()
          || devices.counts().lostConnections() > 0) {
        throw new RoundFailedException(
            "after %d s %,d of %,d have succeeded, %d connections were lost"
                .formatted(
                    (System.nanoTime() - start) / 1_000_000_000,
                    succeeded(job),
                    logins.size(),
                    devices.counts().lostConnections()));
      }
      most = Math.max(most, pss());
      Thread.sleep(LOOK_EVERY.toMillis());
    }
    var end = System.nanoTime();
    table.line(
        Integer.toString(n),
        "%.1f".formatted((devices.counts().lastNanos() - start) / 1e9),
        "%.1f".formatted((end - start) / 1e9),
        "%,d".formatted(devices.counts().total() - answersBefore),
        "%.0f".formatted(before),
        "%.0f".formatted(most),
        "%.0f".formatted(pss()));
  }

  private String start() throws IOException, InterruptedException {
    var body =
        "{\"command\":{\"name\":\"%s\",\"payload\":%s},\"targets\":{\"filter\":\"id==device-*\"}}"
            .formatted(CommandRequests.NAME, CommandRequests.PAYLOAD);
    var answer = send(request(jobs).POST(HttpRequest.BodyPublishers.ofString(body)), CREATED);
    return answer.path("id").asText();
  }

  private long succeeded(String job) throws IOException, InterruptedException {
    var url = URI.create(jobs + "/" + job);
    return send(request(url).GET(), OK).path("counts").path("succeeded").asLong();
  }

  private HttpRequest.Builder request(URI url) {
    return HttpRequest.newBuilder(url)
        .header("Authorization", "Bearer " + stack.personToken())
        .header("Content-Type", "application/json");
  }

  private JsonNode send(HttpRequest.Builder request, int expected)
      throws IOException, InterruptedException {
    var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != expected) {
      throw new RoundFailedException(
          "command-service answered " + answer.statusCode() + ": " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  private double pss() {
    return ProcFiles.ofThisMachine().proportionalBytes(stack.command().observed().pid()).orElse(0)
        / MEBI;
  }
}
