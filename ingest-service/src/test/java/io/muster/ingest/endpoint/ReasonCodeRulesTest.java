package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import java.io.IOException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each packet says its reason with one of the codes that MQTT 5 has for it (§3.2.2.2, §3.4.2.1,
 * §3.9.3, §3.11.3, §3.14.2.1), and with no property but a reason string.
 */
class ReasonCodeRulesTest {
  private static final Set<Integer> CONNACK =
      codes("00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F");
  private static final Set<Integer> PUBACK = codes("00 10 80 83 87 90 91 97 99");
  private static final Set<Integer> SUBACK = codes("00 01 02 80 83 87 8F 91 97 9E A1 A2");
  private static final Set<Integer> UNSUBACK = codes("00 11 80 83 87 8F 91");
  private static final Set<Integer> DISCONNECT =
      codes("00 80 81 82 83 87 89 8B 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D 9E 9F A0 A1 A2");
  private static final int REASON_STRING = 0x1F;

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start("down.max-subscriptions", "1");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Set<Integer> codes(String hex) {
    Set<Integer> codes = new HashSet<>();
    for (var code : HexFormat.of().parseHex(hex.replace(" ", ""))) {
      codes.add(code & 0xFF);
    }
    return codes;
  }

  private static void assertAllowed(Set<Integer> codes, int code) {
    assertTrue(codes.contains(code & 0xFF), "0x%02X".formatted(code & 0xFF));
  }

  /** Everything from there to there is a reason string, or nothing. */
  private static void assertNoOtherProperty(byte[] packet, int from, int to) {
    var length = packet[from] & 0xFF;
    assertEquals(to - from - 1, length, "length of properties");
    if (length > 0) {
      assertEquals(REASON_STRING, packet[from + 1]);
      assertEquals(length - 3, (packet[from + 2] & 0xFF) << 8 | packet[from + 3] & 0xFF);
    }
  }

  private ProbeClient connected() throws IOException {
    return ProbeClient.connected(
        server.port(), ProbeClient.connect5(TestEndpoint.CLIENT, FakeAccess.SECRET));
  }

  @ParameterizedTest
  @EnumSource
  void ofDisconnect(EndReason reason) {
    if (reason.isToldToClient()) {
      assertAllowed(DISCONNECT, reason.code().code());
      assertTrue(reason.code().isError());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong", "disabled", "client", "away", "database", "will", "method"})
  void ofConnAck(String what) throws IOException {
    server.access.registryAway = what.equals("away");
    server.sessions.away = what.equals("database");
    var connect = ConnectPacket.of(MQTT_5);
    switch (what) {
      case "wrong" -> connect.password("wrong");
      case "disabled" -> connect.device("disabled");
      case "client" -> connect.client("somebody");
      case "will" -> connect.will("anything", "", 0, false);
      case "method" -> connect.property("15 \"S\"");
      default -> {}
    }
    try (var client = ProbeClient.open(server.port())) {
      var connAck = client.send(connect.bytes()).hear();
      assertEquals(0x20, connAck[0]);
      assertEquals(0, connAck[2], "session present");
      assertAllowed(CONNACK, connAck[3]);
      assertTrue((connAck[3] & 0xFF) >= 0x80);
      assertNoOtherProperty(connAck, 4, connAck.length);
      assertEquals(-1, client.hearByte());
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofAcknowledgementsOfADeadLetter(DeadLetterReason reason) throws IOException {
    server.intake.judge(publication -> Outcome.deadLettered(reason));
    assertAcknowledgements();
  }

  @ParameterizedTest
  @EnumSource
  void ofAcknowledgementsOfWhatIsNotKept(Shortage shortage) throws IOException {
    server.intake.judge(publication -> Outcome.refused(shortage));
    assertAcknowledgements();
  }

  private void assertAcknowledgements() throws IOException {
    try (var client = connected()) {
      for (int qos = 1; qos <= 2; qos++) {
        var publish = ProbeClient.publish5(TestEndpoint.TELEMETRY, qos, 7, out -> {}, "{}");
        var answer = client.send(publish).hear();
        assertEquals(qos == 1 ? 0x40 : 0x50, answer[0] & 0xFF);
        assertAllowed(PUBACK, answer[4]);
        assertNoOtherProperty(answer, 5, answer.length);
      }
    }
  }

  /** PUBCOMP knows two (MQTT 5 §3.7.2.1), and has room for no words here. */
  @Test
  void ofPubComp() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(2, 7, "{}").expect("50 02 0007").send("62 02 0007").expect("70 02 0007");
      client.send("62 02 0007").expect("70 03 0007 92");
    }
  }

  /** PUBREL too (MQTT 5 §3.6.2.1). */
  @Test
  void ofPubRel() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "command/acme/boiler/req/#", 2).hear();
      server.deliver("command/acme/boiler/req/1/on", "!", 2);
      client.hear();
      client.send("50 02 0001").expect("62 02 0001").send("70 02 0001");
      client.send("50 02 0001").expect("62 03 0001 92");
    }
  }

  @Test
  void ofSubAckAndUnsubAck() throws IOException {
    var own = "command/acme/boiler/req/#";
    var filters = new String[] {own, "firmware/acme/boiler/notify", "#", "a#", "$share/g/a"};
    for (var broken : new boolean[] {false, true}) {
      var connect =
          ProbeClient.connect5(
              TestEndpoint.CLIENT,
              FakeAccess.SECRET,
              out -> {
                out.write(0x11);
                out.writeInt(60);
              });
      try (var client = ProbeClient.connected(server.port(), connect)) {
        server.sessions.away = broken;
        var subAck = client.send(ProbeClient.subscribe5(3, filters)).hear();
        assertEquals((byte) 0x90, subAck[0]);
        assertNoOtherProperty(subAck, 4, subAck.length - filters.length);
        for (int i = 1; i <= filters.length; i++) {
          assertAllowed(SUBACK, subAck[subAck.length - i]);
        }
        client.send(
            ProbeClient.packet(
                0xA2,
                out -> {
                  out.writeShort(4);
                  out.write(0);
                  out.writeUTF(own);
                  out.writeUTF("#");
                }));
        var unsubAck = client.hear();
        assertEquals(7, unsubAck.length);
        assertEquals((byte) 0xB0, unsubAck[0]);
        assertEquals(0, unsubAck[4], "properties");
        assertAllowed(UNSUBACK, unsubAck[5]);
        assertAllowed(UNSUBACK, unsubAck[6]);
        server.sessions.away = false;
      }
    }
  }

  @Test
  void ofDisconnectWithoutASessionExpiryOrAnythingElse() throws IOException {
    try (var client = connected()) {
      var disconnect = client.send(new byte[] {(byte) 0xC1, 0}).hear();
      assertEquals((byte) 0xE0, disconnect[0]);
      assertAllowed(DISCONNECT, disconnect[2]);
      assertNoOtherProperty(disconnect, 3, disconnect.length);
      assertEquals(-1, client.hearByte());
    }
  }
}
