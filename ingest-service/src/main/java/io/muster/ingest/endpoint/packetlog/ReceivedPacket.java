package io.muster.ingest.endpoint.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Will;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is shown of a packet that a client sent. Of CONNECT neither the password nor anything that
 * could be one by mistake. Stateless.
 */
final class ReceivedPacket {
  private ReceivedPacket() {}

  static String name(Packet packet) {
    return switch (packet) {
      case Packet.Connect connect -> "CONNECT";
      case Packet.Publish publish -> "PUBLISH";
      case Packet.PubAck ack -> "PUBACK";
      case Packet.PubRec received -> "PUBREC";
      case Packet.PubRel release -> "PUBREL";
      case Packet.PubComp complete -> "PUBCOMP";
      case Packet.Subscribe subscribe -> "SUBSCRIBE";
      case Packet.Unsubscribe unsubscribe -> "UNSUBSCRIBE";
      case Packet.PingReq ping -> "PINGREQ";
      case Packet.Disconnect disconnect -> "DISCONNECT";
      case Packet.Auth auth -> "AUTH";
    };
  }

  /**
   * @param device whose log it is
   * @param payloads whether they are shown
   */
  static Map<String, Object> fields(Packet packet, DeviceAddress device, boolean payloads) {
    var fields = new LinkedHashMap<String, Object>();
    switch (packet) {
      case Packet.Connect connect -> connect(fields, connect, device, payloads);
      case Packet.Publish publish -> publish(fields, publish, payloads);
      case Packet.PubAck it -> answer(fields, it.packetIdentifier(), it.reasonCode());
      case Packet.PubRec it -> answer(fields, it.packetIdentifier(), it.reasonCode());
      case Packet.PubRel it -> answer(fields, it.packetIdentifier(), it.reasonCode());
      case Packet.PubComp it -> answer(fields, it.packetIdentifier(), it.reasonCode());
      case Packet.Subscribe subscribe -> subscribe(fields, subscribe);
      case Packet.Unsubscribe unsubscribe -> {
        fields.put("packetId", unsubscribe.packetIdentifier());
        fields.put("filters", filters(unsubscribe.filters()));
      }
      case Packet.PingReq ping -> {}
      case Packet.Disconnect disconnect -> {
        fields.put("reasonCode", Shown.code(disconnect.reasonCode()));
        PropertyNames.of(disconnect.properties(), PropertyNames.FIELD, fields);
      }
      case Packet.Auth auth -> fields.put("reasonCode", Shown.code(auth.reasonCode()));
    }
    return fields;
  }

  private static void connect(
      Map<String, Object> fields, Packet.Connect connect, DeviceAddress device, boolean payloads) {
    fields.put("version", connect.version().level() == 5 ? "5" : "3.1.1");
    fields.put("clientIdentifier", client(connect.clientIdentifier(), device));
    fields.put("userName", userName(connect.userName(), device));
    fields.put("password", connect.password() == null ? "none" : "not shown");
    fields.put("cleanStart", connect.cleanStart());
    fields.put("keepAliveSeconds", connect.keepAliveSeconds());
    PropertyNames.of(connect.properties(), PropertyNames.FIELD, fields);
    if (connect.will() != null) {
      will(fields, connect.will(), payloads);
    }
  }

  /** Of another tenant's devices this one's people learn nothing. */
  private static String client(String identifier, DeviceAddress device) {
    var tenant = identifier.indexOf(':');
    return tenant < 0 || identifier.substring(0, tenant).equals(device.tenant().value())
        ? Shown.text(identifier)
        : "(begins with another tenant)";
  }

  /** What has another form may be a credential that was put into the wrong place. */
  private static String userName(String userName, DeviceAddress device) {
    if (userName == null) {
      return "(none)";
    }
    try {
      return DeviceAddress.fromUserName(userName).tenant().equals(device.tenant())
          ? userName
          : "(of another tenant)";
    } catch (MalformedIdException other) {
      return "(not {device}@{tenant})";
    }
  }

  private static void will(Map<String, Object> fields, Will will, boolean payloads) {
    fields.put("willTopic", Shown.text(will.topic()));
    fields.put("willQos", will.qos());
    fields.put("willRetain", will.retain());
    fields.put("willBytes", will.payload().length);
    if (payloads) {
      fields.put("willPayload", Shown.payload(will.payload(), will.payload().length));
    }
    PropertyNames.of(will.properties(), "willProperties", fields);
  }

  private static void publish(
      Map<String, Object> fields, Packet.Publish publish, boolean payloads) {
    fields.put("topic", Shown.text(publish.topic()));
    fields.put("qos", publish.qos());
    if (publish.qos() > 0) {
      fields.put("packetId", publish.packetIdentifier());
    }
    fields.put("retain", publish.retain());
    fields.put("dup", publish.duplicate());
    fields.put("bytes", publish.payload().length);
    PropertyNames.of(publish.properties(), PropertyNames.FIELD, fields);
    if (payloads) {
      fields.put("payload", Shown.payload(publish.payload(), publish.payload().length));
    }
  }

  private static void answer(Map<String, Object> fields, int packetIdentifier, int reasonCode) {
    fields.put("packetId", packetIdentifier);
    fields.put("reasonCode", Shown.code(reasonCode));
  }

  private static void subscribe(Map<String, Object> fields, Packet.Subscribe subscribe) {
    fields.put("packetId", subscribe.packetIdentifier());
    var filters = new ArrayList<String>();
    subscribe.filters().forEach(it -> filters.add(it.filter() + " (QoS " + it.qos() + ")"));
    fields.put("filters", filters(filters));
    PropertyNames.of(subscribe.properties(), PropertyNames.FIELD, fields);
  }

  private static List<String> filters(List<String> filters) {
    return Shown.list(filters.stream().map(Shown::text).toList());
  }
}
