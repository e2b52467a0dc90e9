package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.Http;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two registries on one database: asked at the same time, and one of them killed. */
@ExtendWith(SharedStack.class)
class TwoRegistriesIT {
  private static final int CLIENTS = 50;
  private static final int MEMBERS = 600;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RunningStack stack;
  private TenantId tenant;
  private TestDevice device;

  TwoRegistriesIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    tenant = stack.newTenant();
    device = stack.newDevice(tenant, "pump");
  }

  private String admin() {
    return stack.tokens().admin();
  }

  private String url(int registry, String path) {
    return stack.registry(registry) + "/api/v1/tenants/" + tenant + path;
  }

  /** Both registries in turn. */
  private static int registry(int client) {
    return 1 + client % 2;
  }

  private static List<Http.Answer> allAtOnce(int clients, IntFunction<Http.Answer> request)
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Http.Answer>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        var client = i;
        running.add(threads.submit((Callable<Http.Answer>) () -> request.apply(client)));
      }
      List<Http.Answer> answers = new ArrayList<>();
      for (var answer : running) {
        answers.add(answer.get());
      }
      return answers;
    }
  }

  private static List<Integer> versions(List<Http.Answer> answers) {
    return answers.stream()
        .map(answer -> answer.expect(200).json().path("version").asInt())
        .sorted()
        .toList();
  }

  @Test
  void changesOfOneDeviceAtBothAreNeitherLostNorCountedTwice() throws Exception {
    var answers =
        allAtOnce(
            CLIENTS,
            client ->
                stack
                    .http()
                    .send(
                        "PATCH",
                        url(registry(client), "/devices/pump"),
                        admin(),
                        "{\"attributes\":{\"k%d\":%d}}".formatted(client, client)));
    assertEquals(IntStream.rangeClosed(2, CLIENTS + 1).boxed().toList(), versions(answers));
    for (int registry = 1; registry <= 2; registry++) {
      var now = stack.http().get(url(registry, "/devices/pump"), admin()).expect(200).json();
      assertEquals(CLIENTS, now.path("attributes").size());
      assertEquals(CLIENTS + 1, now.path("version").asInt());
    }
  }

  @Test
  void updatesOfOneShadowAtBothAreNeitherLostNorCountedTwice() throws Exception {
    var answers =
        allAtOnce(
            CLIENTS,
            client ->
                stack
                    .http()
                    .send(
                        "PATCH",
                        url(registry(client), "/devices/pump/shadow"),
                        admin(),
                        "{\"state\":{\"desired\":{\"k%d\":%d}}}".formatted(client, client)));
    assertEquals(IntStream.rangeClosed(1, CLIENTS).boxed().toList(), versions(answers));
    var now = stack.http().get(url(2, "/devices/pump/shadow"), admin()).expect(200).json();
    assertEquals(CLIENTS, now.at("/state/desired").size());
  }

  @Test
  @Tag("full")
  void oneRequestSentToBothMakesOneCredential() throws Exception {
    var before = credentials();
    var answers =
        allAtOnce(
            10,
            client ->
                stack
                    .http()
                    .send(
                        "POST",
                        url(registry(client), "/devices/pump/credentials"),
                        admin(),
                        Map.of("Content-Type", "application/json", "Idempotency-Key", "one"),
                        "{\"kind\":\"secret\"}"));
    answers.forEach(answer -> answer.expect(201));
    var after = credentials();
    assertEquals(before.size() + 1, after.size());
    after.removeAll(before);
    // Each repeat revoked what came before it; the last one's secret is the device's.
    var last =
        answers.stream()
            .map(Http.Answer::json)
            .filter(answer -> answer.path("id").asText().equals(after.getFirst()))
            .findFirst()
            .orElseThrow();
    var client =
        device.withPassword(last.path("secret").asText()).mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client.disconnect();
  }

  private List<String> credentials() {
    return new ArrayList<>(
        stack
            .http()
            .get(url(1, "/devices/pump/credentials"), admin())
            .expect(200)
            .json()
            .path("items")
            .findValuesAsText("id"));
  }

  @Test
  void oneImportSentToBothMakesEachDeviceOnceAndBothTellTheSame() throws Exception {
    var rows =
        IntStream.range(0, 2_500)
            .mapToObj("{\"id\":\"room-%d\"}"::formatted)
            .collect(Collectors.joining("\n"));
    var answers =
        allAtOnce(
            2,
            client ->
                stack
                    .http()
                    .send(
                        "POST",
                        url(registry(client), "/device-import"),
                        admin(),
                        Map.of("Content-Type", "application/x-ndjson", "Idempotency-Key", "fleet"),
                        rows));
    assertEquals(answers.getFirst().expect(200).body(), answers.getLast().expect(200).body());
    var created =
        answers.getFirst().body().lines().filter(it -> it.contains("\"created\",")).count();
    assertEquals(2_500, created);
    assertEquals(
        2_501,
        stack
            .http()
            .get(stack.registry() + "/api/v1/tenants/" + tenant, admin())
            .expect(200)
            .json()
            .path("devices")
            .asInt());
  }

  @Test
  void aConfigurationReachesEachMemberOnceThoughAnInstanceIsKilled() {
    var rows =
        IntStream.range(0, MEMBERS)
            .mapToObj("{\"id\":\"m-%d\",\"tags\":[\"member\"]}"::formatted)
            .collect(Collectors.joining("\n"));
    stack
        .http()
        .send(
            "POST",
            url(1, "/device-import"),
            admin(),
            Map.of("Content-Type", "application/x-ndjson"),
            rows)
        .expect(200);
    stack
        .http()
        .post(url(1, "/groups"), admin(), "{\"id\":\"lab\",\"filter\":\"tag==member\"}")
        .expect(201);
    stack
        .http()
        .send(
            "PUT", url(2, "/groups/lab/configuration"), admin(), "{\"desired\":{\"interval\":60}}")
        .expect(200);
    // Both are at it; the other one goes on.
    stack.processes().kill("registry-2");
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(() -> progress().path("applied").asInt() == MEMBERS);
    assertEquals(0, progress().path("pending").asInt());
    for (int i = 0; i < MEMBERS; i += 37) {
      var shadow =
          stack.http().get(url(1, "/devices/m-" + i + "/shadow"), admin()).expect(200).json();
      assertEquals(60, shadow.at("/state/desired/interval").asInt());
      assertEquals(1, shadow.path("version").asInt(), "m-" + i + " was set more than once");
    }
  }

  private JsonNode progress() {
    return stack
        .http()
        .get(url(1, "/groups/lab/configuration"), admin())
        .expect(200)
        .json()
        .path("devices");
  }
}
