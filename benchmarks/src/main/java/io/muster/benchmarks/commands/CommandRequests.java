package io.muster.benchmarks.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Commands over REST, each of which waits for the device's answer. For one thread. */
final class CommandRequests implements Contender {
  static final String NAME = "bench";
  static final String PAYLOAD = "{\"celsius\":21.5}";
  private static final String BODY = "{\"name\":\"%s\",\"payload\":%s}".formatted(NAME, PAYLOAD);
  private static final int CREATED = 201;
  private static final int OK = 200;

  /** The longest that a request may wait. */
  private static final Duration WAIT = Duration.ofSeconds(60);

  private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(10);
  private static final Duration CATCHES_UP_WITHIN = Duration.ofMinutes(5);

  /**
   * To warm up with more than is carried would leave a queue, and what is measured later would wait
   * in it.
   */
  private static final double WARM_PER_SECOND = 200;

  /** Too many open commands of a device; the service does not get done what there is. */
  private static final Set<Integer> REFUSALS = Set.of(429, 503);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final double perSecond;
  private final List<DeviceLogin> devices;
  private final URI service;
  private final String token;
  private final Supplier<List<ObservedProcess>> processes;
  private final Evidence evidence;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private long refused;

  /**
   * @param service where command-service is
   * @param evidence looks for the cause of an answer that is missing
   */
  CommandRequests(
      String name,
      double perSecond,
      List<DeviceLogin> devices,
      URI service,
      String token,
      Supplier<List<ObservedProcess>> processes,
      Evidence evidence) {
    this.name = name;
    this.perSecond = perSecond;
    this.devices = devices;
    this.service = service;
    this.token = token;
    this.processes = processes;
    this.evidence = evidence;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  /** What was said while command-service stood still is not of this round. */
  @Override
  public void prepare() {
    awaitCaughtUp();
  }

  /**
   * What devices say comes in its order: once one command has gone to the last device and back, all
   * that was said before is read.
   *
   * @throws RoundFailedException when that takes minutes
   */
  void awaitCaughtUp() {
    var start = System.nanoTime();
    while (!isAnswered(devices.size() - 1L)) {
      if (System.nanoTime() - start > CATCHES_UP_WITHIN.toNanos()) {
        throw failed("command-service has not caught up within " + CATCHES_UP_WITHIN);
      }
    }
  }

  /** Within the time that a request waits. */
  private boolean isAnswered(long n) {
    return isSucceeded(command(post(n).join()));
  }

  /** Climbs for half of the time. */
  @Override
  public void warmUp(Duration duration) throws InterruptedException {
    var half = duration.dividedBy(2);
    var paced = new PacedRequests(Math.min(perSecond, WARM_PER_SECOND), CATCHES_UP_WITHIN);
    try {
      paced.climb(half, this::send);
      paced.run(half, this::send);
    } catch (RoundFailedException e) {
      evidence.of(e.getMessage());
      throw e;
    }
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    try {
      var paced = new PacedRequests(perSecond, CATCHES_UP_WITHIN);
      var stored = paced.run(duration, this::send);
      refused += paced.refused();
      return stored;
    } catch (RoundFailedException e) {
      evidence.of(e.getMessage());
      throw e;
    }
  }

  /** How many commands the service did not take in the measured rounds. */
  long refused() {
    return refused;
  }

  /** Completes when the device has answered; with false when the service took no command. */
  private CompletableFuture<Boolean> send(long n) {
    return post(n)
        .thenCompose(
            answer -> {
              if (REFUSALS.contains(answer.statusCode())) {
                return CompletableFuture.completedFuture(false);
              }
              return answered(answer).thenApply(it -> true);
            });
  }

  private CompletableFuture<HttpResponse<String>> post(long n) {
    return http.sendAsync(
        request(collection(n))
            .header("Prefer", "wait=" + WAIT.toSeconds())
            .POST(HttpRequest.BodyPublishers.ofString(BODY))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI collection(long n) {
    var device = devices.get((int) (n % devices.size())).device();
    return service.resolve(
        "/api/v1/tenants/%s/devices/%s/commands".formatted(device.tenant(), device.device()));
  }

  private HttpRequest.Builder request(URI url) {
    return HttpRequest.newBuilder(url)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }

  /** Looks now and then when the request has waited for as long as it may. */
  private CompletableFuture<Void> answered(HttpResponse<String> answer) {
    var command = command(answer);
    if (command.path("finished").asBoolean()) {
      if (!isSucceeded(command)) {
        throw failed(answer);
      }
      return CompletableFuture.completedFuture(null);
    }
    var url = answer.headers().firstValue("Location").map(service::resolve).orElse(answer.uri());
    return CompletableFuture.supplyAsync(
            () -> http.sendAsync(request(url).GET().build(), HttpResponse.BodyHandlers.ofString()),
            CompletableFuture.delayedExecutor(LOOK_AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS))
        .thenCompose(it -> it)
        .thenCompose(this::answered);
  }

  /** As the service shows it. */
  private JsonNode command(HttpResponse<String> answer) {
    if (answer.statusCode() != CREATED && answer.statusCode() != OK) {
      throw failed(answer);
    }
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw failed(answer);
    }
  }

  private RoundFailedException failed(HttpResponse<String> answer) {
    return failed("command-service answered " + answer.statusCode() + ": " + answer.body());
  }

  private RoundFailedException failed(String why) {
    evidence.of(why);
    return new RoundFailedException(why);
  }

  private static boolean isSucceeded(JsonNode command) {
    return command.path("state").asText().equals("succeeded");
  }
}
