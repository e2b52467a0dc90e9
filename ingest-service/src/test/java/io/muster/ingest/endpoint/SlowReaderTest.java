package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.session.EndReason;
import org.junit.jupiter.api.Test;

/** A client that does not read what is sent to it. */
class SlowReaderTest {
  private static final int MESSAGES = 200;
  private static final String PAYLOAD = "x".repeat(100_000);
  private static final int SMALL_BUFFER = 4_096;

  private static TestEndpoint server(String writeStall) {
    return TestEndpoint.start(
        "connections.write-stall",
        writeStall,
        "down.queue",
        Integer.toString(MESSAGES),
        "up.memory-bytes",
        "1000000000");
  }

  private static RawClient subscribed(TestEndpoint server) {
    var client = RawClient.open(server, MQTT_5, SMALL_BUFFER);
    client.send(ConnectPacket.of(MQTT_5).bytes());
    client.hear();
    client.subscribe(1, "firmware/acme/boiler/notify", 0).hear();
    for (int i = 0; i < MESSAGES; i++) {
      server.deliver("firmware/acme/boiler/notify", PAYLOAD, 0);
    }
    return client;
  }

  @Test
  void isEndedAfterAWhile() {
    try (var server = server("300ms");
        var client = subscribed(server)) {
      server.awaitEnd(EndReason.STALLED);
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
      await().until(() -> server.gauge("muster.endpoint.paused") == 0);
    }
  }

  /** What waits for it is bounded, and it is not read, so that it cannot ask for more. */
  @Test
  void hearsEverythingWhenItReadsAgain() {
    try (var server = server("60s");
        var client = subscribed(server)) {
      server.awaitPaused(1);
      client.ping();
      for (int i = 0; i < MESSAGES; i++) {
        assertEquals(0x30, client.hear().first());
      }
      client.expect("D0 00");
      await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
    }
  }
}
