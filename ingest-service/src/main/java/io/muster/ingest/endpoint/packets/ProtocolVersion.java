package io.muster.ingest.endpoint.packets;

/** The versions of MQTT that devices may speak. */
public enum ProtocolVersion {
  MQTT_3_1_1(4),
  MQTT_5(5);

  private final int level;

  ProtocolVersion(int level) {
    this.level = level;
  }

  /** The protocol level byte of CONNECT. */
  public int level() {
    return level;
  }
}
