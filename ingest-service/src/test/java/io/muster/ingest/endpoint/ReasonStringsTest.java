package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why in words, for a client that wants to hear it and has room for it. */
class ReasonStringsTest {
  private static final int REASON_STRING = 0x1F;
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ProbeClient connected(ProbeClient.Fields properties) throws IOException {
    return ProbeClient.connected(
        server.port(), ProbeClient.connect5(TestEndpoint.CLIENT, FakeAccess.SECRET, properties));
  }

  private static String words(byte[] packet, int propertiesAt) {
    assertEquals(packet.length - propertiesAt - 1, packet[propertiesAt] & 0xFF);
    assertEquals(REASON_STRING, packet[propertiesAt + 1]);
    var length = (packet[propertiesAt + 2] & 0xFF) << 8 | packet[propertiesAt + 3] & 0xFF;
    return new String(packet, propertiesAt + 4, length, UTF_8);
  }

  private static byte[] forbidden(int qos) {
    return ProbeClient.publish5("telemetry/acme/other", qos, 7, out -> {}, "{}");
  }

  @Test
  void stayOutOfAcknowledgementsOfWhatWasKept() throws IOException {
    try (var client = connected(out -> {})) {
      client.send(ProbeClient.publish5(TestEndpoint.TELEMETRY, 1, 7, out -> {}, "{}"));
      assertEquals(4, client.hear().length);
    }
  }

  @Test
  void sayWhyAMessageWasRefused() throws IOException {
    try (var client = connected(out -> {})) {
      var pubAck = client.send(forbidden(1)).hear();
      assertEquals(0x40, pubAck[0]);
      assertEquals(7, pubAck[3]);
      assertEquals(0x87, pubAck[4] & 0xFF);
      assertTrue(words(pubAck, 5).startsWith("not a topic"), words(pubAck, 5));
      var pubRec = client.send(forbidden(2)).hear();
      assertEquals(0x50, pubRec[0]);
      assertTrue(words(pubRec, 5).startsWith("not a topic"), words(pubRec, 5));
    }
  }

  @ParameterizedTest
  @EnumSource(DeadLetterReason.class)
  void areShortAndThereForEveryReason(DeadLetterReason reason) throws IOException {
    server.intake.judge(publication -> Outcome.deadLettered(reason));
    try (var client = connected(out -> {})) {
      client.send(ProbeClient.publish5(TestEndpoint.TELEMETRY, 1, 7, out -> {}, "{}"));
      var said = words(client.hear(), 5);
      assertTrue(!said.isEmpty() && said.length() <= 100, said);
    }
  }

  @Test
  void areNotSentToAClientThatDoesNotWantThem() throws IOException {
    try (var client =
        connected(
            out -> {
              out.write(0x17);
              out.write(0);
            })) {
      assertEquals(5, client.send(forbidden(1)).hear().length);
      var subAck = client.send(ProbeClient.subscribe5(3, "#")).hear();
      assertEquals(6, subAck.length);
    }
  }

  @Test
  void areNotSentBeyondTheClientsMaximumPacketSize() throws IOException {
    try (var client =
        connected(
            out -> {
              out.write(0x27);
              out.writeInt(26);
            })) {
      assertEquals(5, client.send(forbidden(1)).hear().length);
      assertEquals(6, client.send(ProbeClient.subscribe5(3, "#")).hear().length);
      server.access.withdraw(new Withdrawal.OfDevice(TestEndpoint.DEVICE));
      assertEquals(4, client.hear().length);
    }
  }

  @Test
  void areNotSentBeyondTheMaximumPacketSizeWithARefusal() throws IOException {
    try (var client = ProbeClient.open(server.port())) {
      client.send(
          ProbeClient.connect5(
              "acme:somebody-else",
              FakeAccess.SECRET,
              out -> {
                out.write(0x27);
                out.writeInt(20);
              }));
      var connAck = client.hear();
      assertEquals(0x85, connAck[3] & 0xFF);
      assertEquals(5, connAck.length);
    }
  }

  @Test
  void sayWhichFilterWasRefused() throws IOException {
    try (var client = connected(out -> {})) {
      var subAck = client.send(ProbeClient.subscribe5(3, "command/acme/boiler/req/#", "#")).hear();
      assertEquals((byte) 0x90, subAck[0]);
      var length = subAck[4] & 0xFF;
      var said = new String(subAck, 8, length - 3, UTF_8);
      assertTrue(said.startsWith("filter 2: "), said);
      assertEquals(1, subAck[subAck.length - 2]);
      assertEquals(0x87, subAck[subAck.length - 1] & 0xFF);
    }
  }

  @Test
  void authenticationDataWithoutAMethodIsAProtocolError() throws IOException {
    try (var client = ProbeClient.open(server.port())) {
      client.send(
          ProbeClient.connect5(
              TestEndpoint.CLIENT,
              FakeAccess.SECRET,
              out -> {
                out.write(0x16);
                out.writeShort(1);
                out.write(1);
              }));
      assertEquals(-1, client.hearByte());
      server.awaitCount(1, "muster.endpoint.connects", "outcome", "protocol-error");
    }
  }
}
