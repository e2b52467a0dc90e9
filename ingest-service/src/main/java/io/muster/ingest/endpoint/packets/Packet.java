package io.muster.ingest.endpoint.packets;

import java.util.List;

/**
 * A packet that a client sent, well-formed by itself (MQTT 3.1.1 §2–3, MQTT 5 §2–3); whether it may
 * come now is the connection's to judge. The arrays in them belong to whoever got the packet.
 */
public sealed interface Packet {

  /**
   * @param userName or null
   * @param password or null; never logged
   * @param will or null
   */
  record Connect(
      ProtocolVersion version,
      String clientIdentifier,
      boolean cleanStart,
      int keepAliveSeconds,
      String userName,
      byte[] password,
      Will will,
      Properties properties)
      implements Packet {
    private static final int OVERHEAD_BYTES = 256;

    /** What it holds in memory, at most about. */
    public int heldBytes() {
      return OVERHEAD_BYTES
          + Properties.heldBytes(clientIdentifier)
          + Properties.heldBytes(userName)
          + (password == null ? 0 : password.length)
          + (will == null ? 0 : will.heldBytes())
          + properties.heldBytes();
    }

    @Override
    public String toString() {
      return "Connect[" + version + ", " + clientIdentifier + "]";
    }
  }

  /**
   * @param topic empty when an alias stands for it
   * @param packetIdentifier 0 at QoS 0, else 1 to 65,535
   */
  record Publish(
      String topic,
      int qos,
      boolean retain,
      boolean duplicate,
      int packetIdentifier,
      byte[] payload,
      Properties properties)
      implements Packet {}

  /**
   * @param reasonCode as sent, 0 when absent
   */
  record PubAck(int packetIdentifier, int reasonCode) implements Packet {}

  /**
   * @param reasonCode as sent, 0 when absent
   */
  record PubRec(int packetIdentifier, int reasonCode) implements Packet {}

  record PubRel(int packetIdentifier, int reasonCode) implements Packet {}

  record PubComp(int packetIdentifier, int reasonCode) implements Packet {}

  /**
   * @param filters at least one
   */
  record Subscribe(int packetIdentifier, List<RequestedFilter> filters, Properties properties)
      implements Packet {}

  /**
   * @param filter not yet judged
   * @param qos what the client asks for at most
   */
  record RequestedFilter(String filter, int qos) {}

  /**
   * @param filters at least one
   */
  record Unsubscribe(int packetIdentifier, List<String> filters) implements Packet {}

  /** Answered with PINGRESP. */
  enum PingReq implements Packet {
    PINGREQ
  }

  /**
   * @param reasonCode as sent, 0 when absent
   */
  record Disconnect(int reasonCode, Properties properties) implements Packet {}

  /** Enhanced authentication, which is not offered. */
  record Auth(int reasonCode) implements Packet {}
}
