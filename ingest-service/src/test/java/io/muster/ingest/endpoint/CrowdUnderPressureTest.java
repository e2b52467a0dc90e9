package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.runAsync;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.WireBytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many devices that all send as fast as they can, with less memory than they would fill. */
class CrowdUnderPressureTest {
  private static final int DEVICES = 40;
  private static final int MESSAGES = 3_000;
  private static final String BODY = "x".repeat(110);

  /** They wait for each other, and none is cut off for what others sent. */
  @Test
  void allIsTakenOfEachThoughMemoryIsShort() throws Exception {
    // In windows of 1,024 they would hold 15 MB.
    try (var server = TestEndpoint.start("up.memory-bytes", "1500000");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, RawClient> clients = new HashMap<>();
      for (int i = 0; i < DEVICES; i++) {
        var device = "crowd-" + i;
        clients.put(
            device, RawClient.connected(server, ConnectPacket.of(MQTT_3_1_1).device(device)));
      }
      server.intake.hold();
      clients.forEach((device, client) -> threads.execute(() -> client.send(publishes(device))));
      await().until(() -> server.count("muster.endpoint.pauses", "reason", "memory") > 0);
      List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
      clients.values().forEach(it -> acknowledged.add(runAsync(() -> hearAll(it), threads)));
      var all = CompletableFuture.allOf(acknowledged.toArray(CompletableFuture[]::new));
      while (!all.isDone()) {
        server.intake.letGo();
        server.intake.hold();
        // As a store takes its time; all that comes meanwhile waits.
        Thread.sleep(5);
      }
      all.get(1, TimeUnit.SECONDS);
      assertEquals(DEVICES * MESSAGES, server.intake.offered.size());
    }
  }

  private static void hearAll(RawClient client) {
    for (int i = 1; i <= MESSAGES; i++) {
      client.expect("40 02 " + "%04X".formatted(i));
    }
    client.disconnect();
  }

  private static byte[] publishes(String device) {
    var all = new ByteArrayOutputStream();
    var topic = ("telemetry/acme/" + device).getBytes(US_ASCII);
    for (int i = 1; i <= MESSAGES; i++) {
      var body = new ByteArrayOutputStream();
      body.write(0);
      body.write(topic.length);
      body.writeBytes(topic);
      body.write(i >> 8);
      body.write(i);
      body.writeBytes(BODY.getBytes(UTF_8));
      all.writeBytes(WireBytes.packet(0x32, body.toByteArray()));
    }
    return all.toByteArray();
  }
}
