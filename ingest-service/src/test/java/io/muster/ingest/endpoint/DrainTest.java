package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections end one after the other when the endpoint stops. */
@Timeout(300)
class DrainTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  /** When the machine stands still for seconds, the turns that passed come all at once. */
  private static final int ATTEMPTS = 3;

  private final List<RawClient> clients = new ArrayList<>();
  private TestEndpoint server;
  private Thread stopping;

  @AfterEach
  void stop() {
    clients.forEach(RawClient::close);
    if (stopping != null) {
      await("the endpoint does not stop").atMost(LONG).until(() -> !stopping.isAlive());
    }
    server.close();
  }

  /** At most one connection ends in a second. */
  private void startSlow() {
    server =
        TestEndpoint.start(
            "connections.per-second", "1",
            "connections.patience", "1m",
            "drain-spread", "40s",
            "drain-timeout", "50s");
  }

  private void connect(ProtocolVersion version, int devices) {
    for (int i = 0; i < devices; i++) {
      clients.add(RawClient.knock(server, ConnectPacket.of(version).device("d" + i)));
    }
    clients.forEach(client -> client.expectConnAck(ReasonCode.SUCCESS));
  }

  private void beginToStop() {
    stopping = Thread.ofVirtual().start(server.endpoint::stop);
    await().until(() -> !server.endpoint.isListening());
  }

  private double connections() {
    return server.gauge("muster.endpoint.connections");
  }

  @ParameterizedTest
  @EnumSource
  @Execution(CONCURRENT)
  void goesOnServingWhoseTurnHasNotCome(ProtocolVersion version) {
    assertTrue(anyAttempt(() -> goesOnServing(version)), "nobody was served any more");
  }

  private boolean anyAttempt(BooleanSupplier attempt) {
    for (int i = 0; i < ATTEMPTS; i++) {
      startSlow();
      if (attempt.getAsBoolean()) {
        return true;
      }
      stop();
      clients.clear();
    }
    return false;
  }

  private boolean goesOnServing(ProtocolVersion version) {
    connect(version, 3);
    beginToStop();
    await().atMost(LONG).until(() -> connections() <= 2);
    // Two are left for a second or more; one of them is told to go now, or the other is served.
    var served = IntStream.range(0, clients.size()).filter(this::isServed).count();
    assertEquals(served, server.intake.offered.size());
    await().atMost(LONG).until(() -> connections() == 0);
    return served >= 1;
  }

  /** Publishes and hears whether it was kept; false when it was told to go. */
  private boolean isServed(int device) {
    try {
      var client = clients.get(device).publish("telemetry/acme/d" + device, 1, 7, "{}");
      return client.hear().first() == 0x40;
    } catch (UncheckedIOException gone) {
      return false;
    }
  }

  @Test
  @Execution(CONCURRENT)
  void tellsEachToGoInItsTurn() {
    assertTrue(anyAttempt(this::tellsOneAfterTheOther), "all were told at once");
  }

  private boolean tellsOneAfterTheOther() {
    connect(MQTT_5, 3);
    beginToStop();
    Set<RawClient> told = ConcurrentHashMap.newKeySet();
    clients.forEach(
        client ->
            Thread.ofVirtual()
                .start(
                    () -> {
                      client.expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN);
                      told.add(client);
                    }));
    await().atMost(LONG).until(() -> !told.isEmpty());
    var others = connections();
    await().atMost(LONG).until(() -> told.size() == 3);
    return others > 0;
  }

  @Test
  @Execution(CONCURRENT)
  void letsNobodyInMeanwhile() {
    assertTrue(anyAttempt(this::refusesWhoComesLate), "the late one was left without an answer");
  }

  private boolean refusesWhoComesLate() {
    connect(MQTT_5, 2);
    var late = RawClient.open(server, MQTT_5);
    clients.add(late);
    await().until(() -> server.gauge("muster.endpoint.knocking") == 1);
    beginToStop();
    try {
      late.send(ConnectPacket.of(MQTT_5).device("late").bytes());
      late.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
    } catch (UncheckedIOException allHaveGone) {
      return false;
    }
    // Who is there already is refused from the first moment on; the sockets close right after it.
    await().untilAsserted(this::assertClosed);
    return true;
  }

  private void assertClosed() {
    assertThrows(UncheckedIOException.class, () -> RawClient.open(server, MQTT_5).close());
  }

  @Test
  void aSmallFleetIsGoneAtOnce() throws InterruptedException {
    server = TestEndpoint.start("drain-spread", "1h", "drain-timeout", "2h");
    connect(MQTT_5, 20);
    beginToStop();
    assertTrue(stopping.join(LONG), "it waits for nothing");
    clients.forEach(client -> client.expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN));
  }

  @Test
  void withoutConnectionsItStopsAtOnce() throws InterruptedException {
    server = TestEndpoint.start("drain-spread", "1h", "drain-timeout", "2h");
    beginToStop();
    assertTrue(stopping.join(LONG));
  }

  @Test
  @Execution(CONCURRENT)
  void allHaveGoneWhenTheTimeoutIsOver() throws InterruptedException {
    server =
        TestEndpoint.start(
            "connections.per-second", "1",
            "connections.patience", "1m",
            "drain-spread", "1h",
            "drain-timeout", "500ms");
    connect(MQTT_5, 4);
    server.intake.hold();
    clients.getFirst().publish("telemetry/acme/d0", 1, 1, "{}");
    await().until(() -> server.intake.held.size() == 1);
    beginToStop();
    assertTrue(stopping.join(LONG));
    clients.forEach(client -> client.expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN));
  }

  /** What a client left behind that has gone is stored too. */
  @Test
  void waitsForTheMessagesOfThoseWhoHaveGone() throws InterruptedException {
    server = TestEndpoint.start();
    connect(MQTT_3_1_1, 1);
    server.intake.hold();
    clients.getFirst().publish("telemetry/acme/d0", 0, 0, "{}");
    await().until(() -> server.intake.held.size() == 1);
    clients.getFirst().disconnect();
    await().until(() -> connections() == 0);
    var stopped = new CountDownLatch(1);
    stopping =
        Thread.ofVirtual()
            .start(
                () -> {
                  server.endpoint.stop();
                  stopped.countDown();
                });
    await().until(() -> !server.endpoint.isListening());
    await().during(Duration.ofMillis(200)).until(() -> stopped.getCount() == 1);
    server.intake.letGo();
    assertTrue(stopping.join(LONG));
    assertFalse(server.endpoint.isListening());
  }
}
