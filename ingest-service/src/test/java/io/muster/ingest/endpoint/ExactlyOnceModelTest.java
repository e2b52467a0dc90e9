package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.DeliveredEvent;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A device that keeps to the receiver's half of QoS 2 (MQTT 5 §4.3.3) and loses its connection
 * wherever it likes, and a service that sends again what it does not know to be delivered: the
 * device has each command once.
 */
class ExactlyOnceModelTest {
  private static final int COMMANDS = 60;
  private static final int PUBLISH = 3;
  private static final int PUBREL = 6;
  private static final int PINGRESP = 13;

  private final TestEndpoint server =
      TestEndpoint.start("down.window", "4", "limits.device.connects-per-second", "0");

  @AfterEach
  void stop() {
    server.close();
  }

  private static String command(int number) {
    return "command/acme/boiler/req/" + number + "/on";
  }

  /** The commands that the service believes to be under way. */
  private List<String> undelivered(int begun) {
    Set<String> delivered = new HashSet<>();
    server
        .intake
        .announced("delivered")
        .forEach(it -> delivered.add(((DeliveredEvent) it.data()).topic()));
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < begun; i++) {
      if (!delivered.contains(command(i))) {
        rest.add(command(i));
      }
    }
    return rest;
  }

  /** The device: what it remembers outlives its connections. */
  private final class Device {
    private final ProtocolVersion version;
    private final Random random;
    private final double unreliability;
    private final Set<Integer> remembered = new HashSet<>();
    private final List<String> had = new ArrayList<>();
    private RawClient client;

    Device(ProtocolVersion version, long seed, double unreliability) {
      this.version = version;
      this.random = new Random(seed);
      this.unreliability = unreliability;
      client = RawClient.connected(server, ConnectPacket.of(version).persistent());
      client.subscribe(1, "command/acme/boiler/req/#", 2).hear();
    }

    /** Sometimes the server does not hear of the end before it hears of the beginning. */
    private void connectAgain() {
      if (random.nextBoolean()) {
        client.close();
      }
      client = RawClient.knock(server, ConnectPacket.of(version).persistent());
      assertEquals(1, client.expectConnAck(ReasonCode.SUCCESS).body()[0], "session present");
    }

    private boolean fails() {
      return random.nextDouble() < unreliability;
    }

    /** Handles what has come; false when the connection was lost before all was handled. */
    boolean listen() {
      client.ping();
      for (var heard = client.hear(); heard.first() >> 4 != PINGRESP; heard = client.hear()) {
        if (fails()) {
          connectAgain();
          return false;
        }
        handle(heard);
        if (fails()) {
          connectAgain();
          return false;
        }
      }
      return true;
    }

    private void handle(RawClient.Heard heard) {
      var body = heard.body();
      switch (heard.first() >> 4) {
        case PUBLISH -> {
          var length = (body[0] & 0xFF) << 8 | body[1] & 0xFF;
          var identifier = (body[2 + length] & 0xFF) << 8 | body[3 + length] & 0xFF;
          if (remembered.add(identifier)) {
            had.add(new String(body, 2, length, UTF_8));
          } else {
            assertTrue((heard.first() & 8) != 0, "another message under an identifier in use");
          }
          client.send("50 02 %04X".formatted(identifier));
        }
        case PUBREL -> {
          var identifier = (body[0] & 0xFF) << 8 | body[1] & 0xFF;
          remembered.remove(identifier);
          client.send("70 02 %04X".formatted(identifier));
        }
        default -> throw new AssertionError(heard.toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MQTT_5, 1, 0.05",
    "MQTT_5, 2, 0.2",
    "MQTT_5, 3, 0.4",
    "MQTT_3_1_1, 4, 0.1",
    "MQTT_3_1_1, 5, 0.3"
  })
  void theDeviceHasEachCommandOnce(ProtocolVersion version, long seed, double unreliability) {
    var device = new Device(version, seed, unreliability);
    for (int begun = 0; begun < COMMANDS; begun++) {
      server.deliver(command(begun), "", 2);
      if (!device.listen()) {
        sendAgain(begun + 1);
      }
    }
    for (int i = 0; i < 10_000 && !undelivered(COMMANDS).isEmpty(); i++) {
      if (!device.listen() || isQuiet(device)) {
        sendAgain(COMMANDS);
      }
    }
    await().until(() -> device.listen() && isQuiet(device));
    assertEquals(List.of(), undelivered(COMMANDS));
    assertEquals(COMMANDS, device.had.size(), () -> device.had.toString());
    assertEquals(COMMANDS, new HashSet<>(device.had).size());
    assertEquals(Set.of(), device.remembered);
    assertTrue(server.sessions.outgoing.of(1).isEmpty());
    device.client.close();
  }

  /**
   * As services do when a device connects. Whoever sends again while the device is answering
   * crosses the receipt, and no endpoint can tell.
   */
  private void sendAgain(int begun) {
    undelivered(begun).forEach(topic -> server.deliver(topic, "", 2));
  }

  private boolean isQuiet(Device device) {
    return device.remembered.isEmpty() && server.sessions.outgoing.of(1).isEmpty();
  }

  @Test
  void theModelSeesAMessageThatComesTwice() {
    var device = new Device(MQTT_5, 1, 0);
    for (int i = 0; i < 2; i++) {
      server.deliver("command/acme/boiler/req//on", "", 2);
      device.listen();
      device.listen();
    }
    assertEquals(2, device.had.size());
    device.client.close();
  }
}
