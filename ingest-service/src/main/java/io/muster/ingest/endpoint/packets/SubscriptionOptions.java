package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.MalformedPacketException.malformed;
import static io.muster.ingest.endpoint.packets.MalformedPacketException.protocolError;

/**
 * Reads the options of a topic filter (MQTT 5 §3.8.3.1; MQTT 3.1.1 §3.8.3 reserves all but the
 * QoS). Only the QoS is of use here: no client is sent what it published, and nothing is retained.
 * Stateless.
 */
final class SubscriptionOptions {
  private static final int QOS = 0b0000_0011;
  private static final int NO_LOCAL = 0b0000_0100;
  private static final int RETAIN_HANDLING = 0b0011_0000;
  private static final int RESERVED = 0b1100_0000;

  private SubscriptionOptions() {}

  /** The QoS that is asked for, 0 to 2. */
  static int qos(int options, String filter, ProtocolVersion version)
      throws MalformedPacketException {
    var qos = options & QOS;
    var reserved = version == ProtocolVersion.MQTT_5 ? options & RESERVED : options & ~QOS;
    if (qos == 3 || reserved != 0 || (options & RETAIN_HANDLING) == RETAIN_HANDLING) {
      throw malformed("reserved subscription options");
    }
    if ((options & NO_LOCAL) != 0 && filter.startsWith("$share/")) {
      throw protocolError("no local on a shared subscription");
    }
    return qos;
  }
}
