package io.muster.benchmarks.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices at something that answers as hawkBit's API does. */
class UpdatingFleetTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What waits for a device, as the end of a link; nothing for those that are not in it. */
  private final Map<String, String> waiting = new ConcurrentHashMap<>();

  private final List<String> told = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var levels = exchange.getRequestURI().getPath().split("/");
      var device = levels[4];
      var sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var isKnown =
          ("TargetToken of-" + device)
              .equals(exchange.getRequestHeaders().getFirst("Authorization"));
      if (exchange.getRequestMethod().equals("POST")) {
        told.add(device + " " + levels[5] + " " + levels[6] + " " + sent.contains("success"));
        // After a cancellation the update comes.
        waiting.compute(
            device, (_, what) -> what.startsWith("cancelAction") ? "deploymentBase/8?c=1" : null);
      }
      var body = levels.length == 5 ? links(device) : "{}";
      exchange.sendResponseHeaders(isKnown ? 200 : 401, body.length());
      exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private String links(String device) {
    var what = waiting.get(device);
    return what == null
        ? "{\"_links\":{}}"
        : "{\"_links\":{\"x\":{\"href\":\"http://h/demo/controller/v1/%s/%s\"}}}"
            .formatted(device, what);
  }

  @Test
  void eachDeviceIsAskedForUntilItHasAnUpdate() throws InterruptedException {
    IntStream.range(0, 9).forEach(n -> waiting.put("d" + n, "deploymentBase/" + (n + 1)));
    var late = Thread.ofVirtual().unstarted(() -> waiting.put("d9", "deploymentBase/10"));
    late.start();
    var updated = fleet(10, 3).update(PATIENCE);
    assertTrue(updated.polls() >= 10, () -> updated.toString());
    assertEquals(
        IntStream.range(0, 10)
            .mapToObj(n -> "d%d deploymentBase %d true".formatted(n, n + 1))
            .toList(),
        told.stream().sorted().toList());
  }

  @Test
  void whatADeviceIsToLeaveIsLeftFirst() throws InterruptedException {
    waiting.put("d0", "cancelAction/7");
    fleet(1, 1).update(PATIENCE);
    assertEquals(List.of("d0 cancelAction 7 true", "d0 deploymentBase 8 true"), told);
  }

  @Test
  void itDoesNotWaitForEver() {
    assertThrows(RoundFailedException.class, () -> fleet(1, 1).update(Duration.ofMillis(50)));
  }

  @Test
  void aDeviceThatIsRefusedEndsIt() {
    var stranger = new PollingDevice("demo", "d0", "wrong");
    var fleet = new UpdatingFleet(server.getAddress().getPort(), List.of(stranger), 1);
    assertThrows(RoundFailedException.class, () -> fleet.update(PATIENCE));
  }

  private UpdatingFleet fleet(int devices, int connections) {
    return new UpdatingFleet(
        server.getAddress().getPort(),
        IntStream.range(0, devices)
            .mapToObj(n -> new PollingDevice("demo", "d" + n, "of-d" + n))
            .toList(),
        connections);
  }
}
