package io.muster.ingest.endpoint.packets;

/**
 * The will in a CONNECT (MQTT 5 §3.1.3.2).
 *
 * @param topic its topic name, not yet judged
 * @param payload 0 to 65,535 bytes
 * @param qos 0 to 2
 * @param retain as sent
 * @param properties will properties; {@link Properties#NONE} at MQTT 3.1.1
 */
public record Will(String topic, byte[] payload, int qos, boolean retain, Properties properties) {
  /** What it holds in memory, at most about. */
  int heldBytes() {
    return Properties.heldBytes(topic) + payload.length + properties.heldBytes();
  }
}
