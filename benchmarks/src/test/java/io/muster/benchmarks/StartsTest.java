package io.muster.benchmarks;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script, over a supervisor of sleeping processes and a readiness that this process tells. */
class StartsTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ingest \\| (\\d+\\.\\d\\d) \\| (\\d+\\.\\d\\d) \\| (\\S+) \\|$");

  /** Seconds. */
  private static final String PATIENT = "60";

  @TempDir Path folder;
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private Process supervisor;

  @BeforeEach
  void begin() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "Linux tells when a process was made");
    Programs.assumeInstalled("jq");
    Programs.assumeInstalled("curl");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/q/health/ready", this::answer);
    server.start();
    supervisor = new ProcessBuilder("sh", "-c", "while :; do sleep 600; done").start();
  }

  @AfterEach
  void end() throws InterruptedException {
    if (supervisor != null) {
      // First who would make another one.
      var made = supervisor.descendants().toList();
      supervisor.destroyForcibly().waitFor();
      made.forEach(ProcessHandle::destroy);
      server.stop(0);
    }
  }

  /** Ready at first, and then at each third question. */
  private void answer(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(asked.getAndIncrement() % 3 == 0 ? 200 : 503, -1);
    exchange.close();
  }

  @Test
  void tellsTheTimeFromAProcessToItsReadiness() throws Exception {
    var first = child();
    var run = run("supervisor", "3", PATIENT);
    assertEquals(0, run.exit(), run.said());
    assertTrue(run.said().contains("3 starts of each"), run.said());
    var row = ROW.matcher(run.said());
    assertTrue(row.find(), run.said());
    var median = Double.parseDouble(row.group(1));
    var fastest = Double.parseDouble(row.group(2));
    var slowest = Double.parseDouble(row.group(3));
    assertTrue(fastest <= median && median <= slowest && slowest < 60, run.said());
    // It asked again after each refusal, and paused twenty milliseconds each time.
    assertTrue(fastest >= 0.04, run.said());
    assertEquals(1 + 3 * 3, asked.get());
    assertTrue(first != child());
  }

  @Test
  void oneThatIsNotReadyIsNoMeasurement() throws Exception {
    server.removeContext("/q/health/ready");
    var run = run("supervisor", "1", PATIENT);
    assertEquals(1, run.exit());
    assertTrue(run.said().contains("No service of the stack is ready"), run.said());
  }

  @Test
  void oneThatDoesNotBecomeReadyIsNone() throws Exception {
    server.removeContext("/q/health/ready");
    server.createContext(
        "/q/health/ready",
        exchange -> {
          exchange.sendResponseHeaders(asked.getAndIncrement() == 0 ? 200 : 503, -1);
          exchange.close();
        });
    var run = run("supervisor", "1", "1");
    assertEquals(1, run.exit());
    // A machine that is slow at that moment may not even start another one within a second.
    assertTrue(run.said().contains("ingest was not"), run.said());
  }

  @Test
  void whatIsNotTheSupervisorsIsNotEnded() throws Exception {
    var stranger = new ProcessBuilder("sleep", "600").start();
    try {
      var run = run("supervisor", stranger.pid(), "1", PATIENT);
      assertEquals(1, run.exit());
      assertTrue(run.said().contains("is not what its supervisor runs"), run.said());
      assertTrue(stranger.isAlive());
    } finally {
      stranger.destroy();
    }
  }

  @Test
  void noNumberOfRoundsIsRefused() throws Exception {
    for (var wrong : List.of("0", "many")) {
      var run = run("supervisor", wrong, PATIENT);
      assertEquals(1, run.exit());
      assertTrue(run.said().contains("ROUNDS is a number"), run.said());
    }
  }

  @Test
  void withoutAStackItSaysSo() throws Exception {
    var run = run("nobody", "1", PATIENT);
    assertEquals(1, run.exit());
    assertTrue(run.said().contains("No stack is running"), run.said());
  }

  /** The process that the supervisor has made. */
  private long child() {
    await().atMost(Duration.ofMinutes(1)).until(() -> supervisor.children().count() == 1);
    return supervisor.children().findFirst().orElseThrow().pid();
  }

  private Programs.Run run(String supervisorName, String rounds, String patience) throws Exception {
    return run(supervisorName, child(), rounds, patience);
  }

  private Programs.Run run(String supervisorName, long service, String rounds, String patience)
      throws Exception {
    var muster =
        Programs.executable(
            folder.resolve("muster"),
            """
            #!/bin/sh
            echo '[{"name":"%s","pid":%d,"address":""},
              {"name":"ingest","pid":%d,"address":"http://127.0.0.1:%d"}]'
            """
                .formatted(
                    supervisorName, supervisor.pid(), service, server.getAddress().getPort()));
    return Programs.run(
        List.of("starts", rounds),
        muster,
        Map.of("MUSTER_STARTS_PAUSE", "0", "MUSTER_STARTS_PATIENCE", patience));
  }
}
