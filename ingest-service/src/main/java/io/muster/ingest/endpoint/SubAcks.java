package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Writes the answers to SUBSCRIBE. Stateless. */
final class SubAcks {
  private SubAcks() {}

  /**
   * @param codes one for each filter
   */
  static void write(ByteBuf out, ActiveSession session, int packetIdentifier, List<Integer> codes) {
    if (!session.isMqtt5()) {
      PacketWriter.subAck(out, session.version(), packetIdentifier, codes);
      return;
    }
    var words = session.wantsProblemInformation() ? inWords(codes) : "";
    var fits = PacketWriter.subAckBytes(codes.size(), words) <= session.maximumPacketBytes();
    PacketWriter.subAck5(out, packetIdentifier, codes, fits ? words : "");
  }

  /** Of the first that was refused; a SUBACK has one reason string for all. */
  private static String inWords(List<Integer> codes) {
    for (int i = 0; i < codes.size(); i++) {
      var words = inWords(codes.get(i));
      if (!words.isEmpty()) {
        return "filter " + (i + 1) + ": " + words;
      }
    }
    return "";
  }

  private static String inWords(int code) {
    if (code == ReasonCode.NOT_AUTHORIZED.code()) {
      return "not within the device's own command req, shadow, firmware notify or $aws topics, or"
          + " not what its token is for";
    }
    if (code == ReasonCode.TOPIC_FILTER_INVALID.code()) {
      return "not a topic filter";
    }
    if (code == ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED.code()) {
      return "shared subscriptions are not for devices";
    }
    if (code == ReasonCode.QUOTA_EXCEEDED.code()) {
      return "the connection, its device or its tenant has as many subscriptions as it may";
    }
    return code >= ReasonCode.UNSPECIFIED_ERROR.code()
        ? "it could not be stored; subscribe again later"
        : "";
  }
}
