package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.WireBytes;

/** A CONNECT as a client writes it; without a word it is {@link TestEndpoint#DEVICE}'s. */
final class ConnectPacket {
  private static final byte[] NONE = {};

  private final ProtocolVersion version;
  private String client = TestEndpoint.CLIENT;
  private String user = TestEndpoint.USER;
  private String password = FakeAccess.SECRET;
  private boolean cleanStart = true;
  private int keepAliveSeconds = 60;

  /** No words in acknowledgements, so that tests can say them byte by byte. */
  private byte[] properties = WireBytes.of("17 00");

  private byte[] will = NONE;
  private int willFlags;

  private ConnectPacket(ProtocolVersion version) {
    this.version = version;
  }

  static ConnectPacket of(ProtocolVersion version) {
    return new ConnectPacket(version);
  }

  ProtocolVersion version() {
    return version;
  }

  /** Of that device of the tenant "acme", with its client identifier. */
  ConnectPacket device(String device) {
    user = device + "@acme";
    client = "acme:" + device;
    return this;
  }

  ConnectPacket client(String identifier) {
    client = identifier;
    return this;
  }

  /** Null for none. */
  ConnectPacket user(String name) {
    user = name;
    return this;
  }

  /** Null for none. */
  ConnectPacket password(String secret) {
    password = secret;
    return this;
  }

  ConnectPacket keepAlive(int seconds) {
    keepAliveSeconds = seconds;
    return this;
  }

  /** Wants a session that outlives the connection: for ever at MQTT 3.1.1, for an hour at 5. */
  ConnectPacket persistent() {
    return version == ProtocolVersion.MQTT_5 ? goOn().property("11 00000E10") : goOn();
  }

  /** Wants what an earlier connection left. */
  ConnectPacket goOn() {
    cleanStart = false;
    return this;
  }

  /** Adds MQTT 5 properties, as {@link WireBytes} writes them. */
  ConnectPacket property(String written) {
    properties = WireBytes.joined(properties, WireBytes.of(written));
    return this;
  }

  ConnectPacket will(String topic, String payload, int qos, boolean retain) {
    return will(topic, payload, qos, retain, "");
  }

  /**
   * @param willProperties at MQTT 5, as {@link WireBytes} writes them
   */
  ConnectPacket will(String topic, String payload, int qos, boolean retain, String willProperties) {
    willFlags = 0x04 | qos << 3 | (retain ? 0x20 : 0);
    var more = version == ProtocolVersion.MQTT_5 ? counted(WireBytes.of(willProperties)) : NONE;
    will = WireBytes.joined(more, WireBytes.string(topic), WireBytes.string(payload));
    return this;
  }

  private static byte[] counted(byte[] bytes) {
    return WireBytes.joined(WireBytes.variableByteInteger(bytes.length), bytes);
  }

  byte[] bytes() {
    var flags =
        willFlags
            | (cleanStart ? 0x02 : 0)
            | (user == null ? 0 : 0x80)
            | (password == null ? 0 : 0x40);
    return WireBytes.packet(
        0x10,
        WireBytes.string("MQTT"),
        new byte[] {
          (byte) version.level(),
          (byte) flags,
          (byte) (keepAliveSeconds >> 8),
          (byte) keepAliveSeconds
        },
        version == ProtocolVersion.MQTT_5 ? counted(properties) : NONE,
        WireBytes.string(client),
        will,
        user == null ? NONE : WireBytes.string(user),
        password == null ? NONE : WireBytes.string(password));
  }

  @Override
  public String toString() {
    return new String(bytes(), UTF_8);
  }
}
