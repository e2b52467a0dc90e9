package io.muster.ingest.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ActivityReport.Heard;
import io.muster.ingest.access.FakeRegistry.Reply;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the registry is told of devices that were heard of, over HTTP. */
class ReportsOverHttpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final UUID BOOT = UUID.fromString("0190163d-8694-439b-aea5-966c26f8ad91");
  private static Vertx vertx;

  @TempDir Path folder;
  private FakeRegistry registry;
  private HttpRegistryClient client;

  @BeforeAll
  static void openVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void closeVertx() {
    vertx.close().await().atMost(PATIENCE);
  }

  @BeforeEach
  void start() throws IOException {
    var token = Files.writeString(folder.resolve("service.token"), "token-1\n");
    registry = new FakeRegistry();
    client = new HttpRegistryClient(vertx, TestConfig.at(registry.url(), token));
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private static Heard heard(DeviceAddress device) {
    return new Heard(device, Instant.now(), 60, true);
  }

  private boolean report(List<Heard> heard) {
    return client
        .report(new ActivityReport("ingest-1", BOOT, Instant.now(), List.of(BOOT), heard))
        .await()
        .atMost(PATIENCE);
  }

  @Test
  void saysWhatTheContractSays() {
    registry.answer(request -> new Reply(204, ""));
    assertTrue(report(List.of(heard(DeviceAddress.of("acme", "pump-1")))));
    var said = registry.requests().getFirst();
    assertEquals("POST", said.method());
    assertEquals("/internal/v1/presence/activity", said.uri());
    assertEquals("Bearer token-1", said.authorization());
    // A time's fractions are no other type.
    Golden.assertSameShape(
        "internal/activity-report.json", said.body().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theLongestReportFitsIntoTheRegistrysBound() {
    registry.answer(request -> new Reply(204, ""));
    var longest = DeviceAddress.of("t".repeat(40), "d".repeat(80));
    List<Heard> most = new ArrayList<>();
    for (int i = 0; i < ActivityReport.MAX_HEARD; i++) {
      most.add(new Heard(longest, Instant.parse("2026-11-01T12:00:00.123456Z"), 65_535, false));
    }
    assertTrue(report(most));
    var bytes = registry.requests().getFirst().body().length();
    assertTrue(bytes < 65_536, bytes + " bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 415, 422})
  void aReportThatIsRefusedForItsContentIsNoFailure(int status) {
    registry.answer(request -> new Reply(status, "{}"));
    assertFalse(report(List.of()));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429, 500, 503})
  void anythingElseMayPassLater(int status) {
    registry.answer(request -> new Reply(status, "{}"));
    assertThrows(RegistryAwayException.class, () -> report(List.of()));
  }

  @Test
  void aRegistryThatIsDownIsAway() {
    registry.goDown();
    assertThrows(RegistryAwayException.class, () -> report(List.of()));
  }
}
