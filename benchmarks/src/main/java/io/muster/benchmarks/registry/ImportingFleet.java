package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** One request brings all devices; its answer has a line for each. */
final class ImportingFleet implements Contender {
  private static final Pattern SUMMARY =
      Pattern.compile("\\{\"summary\":\\{\"complete\":true,\"rows\":(\\d+),\"created\":(\\d+),.*");

  private final String name;
  private final BenchmarkStack stack;
  private final int devices;
  private final Supplier<List<ObservedProcess>> processes;

  ImportingFleet(
      String name, BenchmarkStack stack, int devices, Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.stack = stack;
    this.devices = devices;
    this.processes = processes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  /** The duration does not count: a round is one import. */
  @Override
  public Stored run(Duration duration) {
    var start = System.nanoTime();
    try {
      var request = request();
      send(request);
      var created = read(request);
      return Stored.rows(created, Duration.ofNanos(System.nanoTime() - start));
    } catch (IOException e) {
      throw new RoundFailedException("the import broke off: " + e.getMessage(), e);
    }
  }

  private HttpURLConnection request() throws IOException {
    var url =
        stack.registryUrl().resolve("/api/v1/tenants/" + DeviceRows.TENANT + "/device-import");
    var request = (HttpURLConnection) url.toURL().openConnection();
    request.setRequestMethod("POST");
    request.setDoOutput(true);
    request.setChunkedStreamingMode(65_536);
    request.setRequestProperty("Authorization", "Bearer " + stack.personToken());
    request.setRequestProperty("Content-Type", "application/x-ndjson");
    return request;
  }

  private void send(HttpURLConnection request) throws IOException {
    try (var body = new BufferedOutputStream(request.getOutputStream(), 65_536)) {
      for (var number = 0; number < devices; number++) {
        body.write(FleetRows.ndjson(number));
      }
    }
  }

  private static long read(HttpURLConnection request) throws IOException {
    if (request.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new RoundFailedException("the import was answered " + request.getResponseCode());
    }
    try (var lines =
        new BufferedReader(
            new InputStreamReader(request.getInputStream(), StandardCharsets.UTF_8))) {
      String last = "";
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
      }
      var summary = SUMMARY.matcher(last);
      if (!summary.matches() || !summary.group(1).equals(summary.group(2))) {
        throw new RoundFailedException("not all devices were created: " + last);
      }
      return Long.parseLong(summary.group(2));
    }
  }
}
