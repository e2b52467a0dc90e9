package io.muster.ingest.endpoint.provisioning;

import io.muster.contract.registry.ProvisionReply;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WrittenProperties;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** What a device that asks for an identity is told. Stateless. */
final class ProvisioningAnswer {
  /** As the registry's own problems (RFC 9457). Nothing was kept of the request. */
  static final ProvisionReply REGISTRY_AWAY =
      new ProvisionReply(
          503,
          ("{\"type\":\"urn:muster:problem:unavailable\",\"title\":\"Unavailable\",\"status\":503,"
                  + "\"detail\":\"Nobody can be provisioned at the moment; try again later.\"}")
              .getBytes(StandardCharsets.UTF_8));

  private ProvisioningAnswer() {}

  /** Null at MQTT 3.1.1. */
  static WrittenProperties properties(Guest guest, Packet.Publish request, ProvisionReply reply) {
    if (!guest.isMqtt5()) {
      return null;
    }
    var properties =
        new WrittenProperties()
            .payloadFormatIndicator(1)
            .contentType(reply.status() == 200 ? "application/json" : "application/problem+json");
    var correlation = request.properties().correlationData();
    return correlation == null ? properties : properties.correlationData(correlation);
  }

  static int bytes(Guest guest, ProvisionReply reply, WrittenProperties properties) {
    return PacketWriter.publishBytes(
        guest.newcomer().answerTopic(), 0, reply.payload(), properties);
  }

  /** The answer, and then that the request needs not come again. */
  static void write(
      ByteBuf out,
      Guest guest,
      Packet.Publish request,
      ProvisionReply reply,
      WrittenProperties properties) {
    PacketWriter.publish(out, guest.newcomer().answerTopic(), 0, 0, reply.payload(), properties);
    PacketWriter.pubAck(out, request.packetIdentifier(), ReasonCode.SUCCESS);
  }
}
