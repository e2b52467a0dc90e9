package io.muster.ingest.endpoint.session;

import io.muster.ingest.endpoint.packets.ReasonCode;
import java.util.Locale;

/** Why a connection ended; in session events, metrics and logs by its {@link #label}. */
public enum EndReason {
  /** The client said goodbye; its will is forgotten. */
  CLIENT(ReasonCode.SUCCESS),
  /** The client said goodbye and wants its will published. */
  CLIENT_WITH_WILL(ReasonCode.SUCCESS),
  /** The client closed its socket, or the network did. */
  CONNECTION_LOST(ReasonCode.UNSPECIFIED_ERROR),
  MALFORMED_PACKET(ReasonCode.MALFORMED_PACKET),
  PROTOCOL_ERROR(ReasonCode.PROTOCOL_ERROR),
  PACKET_TOO_LARGE(ReasonCode.PACKET_TOO_LARGE),
  TOPIC_NAME_INVALID(ReasonCode.TOPIC_NAME_INVALID),
  TOPIC_ALIAS_INVALID(ReasonCode.TOPIC_ALIAS_INVALID),
  RECEIVE_MAXIMUM_EXCEEDED(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED),
  QUOTA_EXCEEDED(ReasonCode.QUOTA_EXCEEDED),
  KEEP_ALIVE(ReasonCode.KEEP_ALIVE_TIMEOUT),
  /** It left half a packet, or what was sent to it, for too long. */
  STALLED(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR),
  TAKEN_OVER(ReasonCode.SESSION_TAKEN_OVER),
  /** It did what is not open to a client that is being provisioned. */
  NOT_ALLOWED(ReasonCode.NOT_AUTHORIZED),
  /** Its credential was valid until now, or was revoked. */
  CREDENTIAL_ENDED(ReasonCode.NOT_AUTHORIZED),
  /** Its device or tenant may no longer take part. */
  ACCESS_WITHDRAWN(ReasonCode.ADMINISTRATIVE_ACTION),
  /** What it sent or asked for could not be kept and MQTT 3.1.1 has no word for it. */
  NOT_KEPT(ReasonCode.QUOTA_EXCEEDED),
  SHUTTING_DOWN(ReasonCode.SERVER_SHUTTING_DOWN),
  /** The replica that held it died, or another one took it for dead. */
  REPLICA_LOST(ReasonCode.SERVER_BUSY),
  /**
   * Nobody could tell for too long whether it may speak for a device behind it. MQTT 5's "server
   * unavailable" is for CONNACK alone.
   */
  REGISTRY_AWAY(ReasonCode.SERVER_BUSY),
  SERVER_ERROR(ReasonCode.UNSPECIFIED_ERROR);

  private final ReasonCode code;
  private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

  EndReason(ReasonCode code) {
    this.code = code;
  }

  /** What an MQTT 5 client is told. */
  public ReasonCode code() {
    return code;
  }

  public String label() {
    return label;
  }

  /** Whether the server tells the client; not when it has gone by itself. */
  public boolean isToldToClient() {
    return this != CLIENT && this != CLIENT_WITH_WILL && this != CONNECTION_LOST;
  }

  /** MQTT 5 §3.14.4: only a plain goodbye takes the will back. */
  public boolean publishesWill() {
    return this != CLIENT;
  }

  /** The end that follows from bytes that were wrong. */
  public static EndReason of(ReasonCode wrong) {
    return switch (wrong) {
      case PROTOCOL_ERROR -> PROTOCOL_ERROR;
      case PACKET_TOO_LARGE -> PACKET_TOO_LARGE;
      case TOPIC_NAME_INVALID -> TOPIC_NAME_INVALID;
      case TOPIC_ALIAS_INVALID -> TOPIC_ALIAS_INVALID;
      case QUOTA_EXCEEDED -> QUOTA_EXCEEDED;
      default -> MALFORMED_PACKET;
    };
  }
}
