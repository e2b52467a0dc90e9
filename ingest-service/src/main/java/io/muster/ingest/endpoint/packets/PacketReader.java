package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.MalformedPacketException.malformed;
import static io.muster.ingest.endpoint.packets.MalformedPacketException.protocolError;

import io.muster.ingest.endpoint.packets.PropertyReader.Place;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Reads what follows the fixed header, for each type of packet that a client may send. */
final class PacketReader {
  private static final int PUBLISH = 3;
  private static final int PUBACK = 4;
  private static final int PUBREC = 5;
  private static final int PUBREL = 6;
  private static final int PUBCOMP = 7;
  private static final int SUBSCRIBE = 8;
  private static final int UNSUBSCRIBE = 10;
  private static final int PINGREQ = 12;
  private static final int DISCONNECT = 14;
  private static final int AUTH = 15;

  private final PacketLimits limits;
  private final PacketBody body;
  private final PropertyReader properties;
  private final ConnectReader connects;
  private final TopicMemory lastTopic = new TopicMemory();

  PacketReader(PacketLimits limits, ReadingDesk desk) {
    this.limits = limits;
    this.body = desk.body();
    this.properties = new PropertyReader(body, limits.userProperties());
    this.connects = new ConnectReader(body, properties);
  }

  Packet.Connect connect(int first, ByteBuf in, int length) throws MalformedPacketException {
    requireFlags(first >> 4, first & 0x0F);
    body.enter(in, length);
    var packet = connects.read();
    requireEnd();
    return packet;
  }

  Packet read(int first, ByteBuf in, int length, ProtocolVersion version)
      throws MalformedPacketException {
    body.enter(in, length);
    var type = first >> 4;
    var flags = first & 0x0F;
    if (type == PUBLISH) {
      return publish(flags, version);
    }
    requireFlags(type, flags);
    var packet =
        switch (type) {
          case PUBACK -> new Packet.PubAck(body.packetIdentifier(), acknowledged(version));
          case PUBREC -> new Packet.PubRec(body.packetIdentifier(), acknowledged(version));
          case PUBREL -> new Packet.PubRel(body.packetIdentifier(), acknowledged(version));
          case PUBCOMP -> new Packet.PubComp(body.packetIdentifier(), acknowledged(version));
          case SUBSCRIBE -> subscribe(version);
          case UNSUBSCRIBE -> unsubscribe(version);
          case PINGREQ -> Packet.PingReq.PINGREQ;
          case DISCONNECT -> disconnect(version);
          case AUTH -> auth(version);
          default -> throw protocolError("packet type " + type + " is not a client's to send");
        };
    requireEnd();
    return packet;
  }

  /** MQTT 5 §2.1.3: what is reserved must be as the table says. */
  private static void requireFlags(int type, int flags) throws MalformedPacketException {
    var expected = type == PUBREL || type == SUBSCRIBE || type == UNSUBSCRIBE ? 0b0010 : 0;
    if (flags != expected) {
      throw malformed("reserved flags in the fixed header");
    }
  }

  private void requireEnd() throws MalformedPacketException {
    if (body.remaining() != 0) {
      throw malformed("a packet that is longer than its content");
    }
  }

  private Packet.Publish publish(int flags, ProtocolVersion version)
      throws MalformedPacketException {
    var qos = (flags >> 1) & 0b11;
    if (qos == 3) {
      throw malformed("QoS 3");
    }
    if (qos == 0 && (flags & 8) != 0) {
      // MQTT 5 §3.3.1.1.
      throw malformed("a duplicate at QoS 0");
    }
    var topic = topic();
    var identifier = qos == 0 ? 0 : body.packetIdentifier();
    var props =
        version == ProtocolVersion.MQTT_5 ? properties.read(Place.PUBLISH) : Properties.NONE;
    var payload = body.bytes(body.remaining());
    return new Packet.Publish(
        topic, qos, (flags & 1) != 0, (flags & 8) != 0, identifier, payload, props);
  }

  private String topic() throws MalformedPacketException {
    var length = body.unsignedShort();
    if (length > limits.topicBytes()) {
      throw new MalformedPacketException(
          ReasonCode.TOPIC_NAME_INVALID, "a topic name of " + length + " bytes");
    }
    body.load(length);
    return lastTopic.read(body, length);
  }

  /** A reason code and properties may follow at MQTT 5 (§3.4.2); 0 when they do not. */
  private int acknowledged(ProtocolVersion version) throws MalformedPacketException {
    if (version != ProtocolVersion.MQTT_5 || body.remaining() == 0) {
      return 0;
    }
    var reason = body.unsignedByte();
    if (body.remaining() > 0) {
      properties.read(Place.ACKNOWLEDGEMENT);
    }
    return reason;
  }

  private Packet.Subscribe subscribe(ProtocolVersion version) throws MalformedPacketException {
    var identifier = body.packetIdentifier();
    var five = version == ProtocolVersion.MQTT_5;
    var props = five ? properties.read(Place.SUBSCRIBE) : Properties.NONE;
    List<Packet.RequestedFilter> filters = new ArrayList<>(2);
    while (body.remaining() > 0) {
      requireRoomFor(filters);
      var filter = body.string();
      var qos = SubscriptionOptions.qos(body.unsignedByte(), filter, version);
      filters.add(new Packet.RequestedFilter(filter, qos));
    }
    requireSome(filters);
    return new Packet.Subscribe(identifier, filters, props);
  }

  private Packet.Unsubscribe unsubscribe(ProtocolVersion version) throws MalformedPacketException {
    var identifier = body.packetIdentifier();
    if (version == ProtocolVersion.MQTT_5) {
      properties.read(Place.UNSUBSCRIBE);
    }
    List<String> filters = new ArrayList<>(2);
    while (body.remaining() > 0) {
      requireRoomFor(filters);
      filters.add(body.string());
    }
    requireSome(filters);
    return new Packet.Unsubscribe(identifier, filters);
  }

  private void requireRoomFor(List<?> filters) throws MalformedPacketException {
    if (filters.size() == limits.filters()) {
      throw new MalformedPacketException(
          ReasonCode.QUOTA_EXCEEDED, "more than " + limits.filters() + " filters in a packet");
    }
  }

  private static void requireSome(List<?> filters) throws MalformedPacketException {
    if (filters.isEmpty()) {
      throw protocolError("no filter at all");
    }
  }

  private Packet.Disconnect disconnect(ProtocolVersion version) throws MalformedPacketException {
    if (version != ProtocolVersion.MQTT_5 || body.remaining() == 0) {
      return new Packet.Disconnect(0, Properties.NONE);
    }
    var reason = body.unsignedByte();
    var props = body.remaining() > 0 ? properties.read(Place.DISCONNECT) : Properties.NONE;
    return new Packet.Disconnect(reason, props);
  }

  private Packet.Auth auth(ProtocolVersion version) throws MalformedPacketException {
    if (version != ProtocolVersion.MQTT_5) {
      throw protocolError("AUTH before MQTT 5");
    }
    if (body.remaining() == 0) {
      return new Packet.Auth(0);
    }
    var reason = body.unsignedByte();
    if (body.remaining() > 0) {
      properties.read(Place.AUTH);
    }
    return new Packet.Auth(reason);
  }
}
