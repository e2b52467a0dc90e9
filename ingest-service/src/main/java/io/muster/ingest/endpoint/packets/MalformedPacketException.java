package io.muster.ingest.endpoint.packets;

/**
 * Bytes that are no MQTT, or a packet that its sender may not send; the connection closes with
 * {@link #reason()}. It carries no stack trace, since strangers can cause it as often as they like.
 */
public final class MalformedPacketException extends Exception {
  private final ReasonCode reason;

  public MalformedPacketException(ReasonCode reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static MalformedPacketException malformed(String message) {
    return new MalformedPacketException(ReasonCode.MALFORMED_PACKET, message);
  }

  static MalformedPacketException protocolError(String message) {
    return new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, message);
  }

  public ReasonCode reason() {
    return reason;
  }
}
