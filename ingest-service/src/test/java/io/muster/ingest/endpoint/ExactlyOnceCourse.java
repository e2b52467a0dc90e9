package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.sessions.OutgoingMessage;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** What tests of QoS 2 to devices begin with: an endpoint, and a client that has subscribed. */
abstract class ExactlyOnceCourse {
  static final String ALL = "command/acme/boiler/req/#";
  static final long SESSION = 1;

  final TestEndpoint server =
      TestEndpoint.start("down.window", "2", "down.queue", "3", "down.exactly-once-bytes", "2000");

  @AfterEach
  void stop() {
    server.sessions.outgoing.letGo();
    server.close();
  }

  static String command(int number) {
    return "command/acme/boiler/req/" + number + "/on";
  }

  /** A PUBLISH of a command with an empty payload. */
  static String publish(ProtocolVersion version, int number, int id, boolean duplicate) {
    var topic = WireBytes.string(command(number));
    var length = topic.length + 2 + (version == MQTT_5 ? 1 : 0);
    return (duplicate ? "3C" : "34")
        + " %02X \"%s\" %04X".formatted(length, command(number), id)
        + (version == MQTT_5 ? " 00" : "");
  }

  RawClient subscribed(ConnectPacket connect, int qos) {
    var client = RawClient.connected(server, connect);
    client.subscribe(1, ALL, qos).hear();
    return client;
  }

  RawClient kept(ProtocolVersion version) {
    return subscribed(ConnectPacket.of(version).persistent(), 2);
  }

  /** The client has gone, and comes again. */
  RawClient again(RawClient former, ConnectPacket connect) {
    var ends = server.sessions.ends.size();
    former.close();
    await().until(() -> server.sessions.ends.size() == ends + 1);
    var client = RawClient.knock(server, connect);
    assertEquals(1, client.expectConnAck(ReasonCode.SUCCESS).body()[0], "session present");
    return client;
  }

  RawClient again(RawClient former, ProtocolVersion version) {
    return again(former, ConnectPacket.of(version).persistent());
  }

  Map<Integer, OutgoingMessage> rows() {
    return server.sessions.outgoing.of(SESSION);
  }

  double outcome(String outcome) {
    return server.count("muster.endpoint.down", "outcome", outcome);
  }
}
