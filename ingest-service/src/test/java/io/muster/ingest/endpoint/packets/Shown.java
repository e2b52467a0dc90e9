package io.muster.ingest.endpoint.packets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.StringJoiner;

/** All of a packet in one line, so that a test can say what it expects. */
final class Shown {
  private Shown() {}

  static String of(Packet packet) {
    return switch (packet) {
      case Packet.Connect it -> connect(it);
      case Packet.Publish it ->
          "PUBLISH %s qos=%d%s%s id=%d payload=%s %s"
              .formatted(
                  it.topic(),
                  it.qos(),
                  it.retain() ? " retain" : "",
                  it.duplicate() ? " dup" : "",
                  it.packetIdentifier(),
                  text(it.payload()),
                  of(it.properties()));
      case Packet.PubAck it -> "PUBACK " + it.packetIdentifier() + " " + it.reasonCode();
      case Packet.PubRec it -> "PUBREC " + it.packetIdentifier() + " " + it.reasonCode();
      case Packet.PubRel it -> "PUBREL " + it.packetIdentifier() + " " + it.reasonCode();
      case Packet.PubComp it -> "PUBCOMP " + it.packetIdentifier() + " " + it.reasonCode();
      case Packet.Subscribe it -> {
        var filters = new StringJoiner(",");
        it.filters().forEach(filter -> filters.add(filter.filter() + "=" + filter.qos()));
        yield "SUBSCRIBE " + it.packetIdentifier() + " " + filters + " " + of(it.properties());
      }
      case Packet.Unsubscribe it ->
          "UNSUBSCRIBE " + it.packetIdentifier() + " " + String.join(",", it.filters());
      case Packet.PingReq it -> "PINGREQ";
      case Packet.Disconnect it -> "DISCONNECT " + it.reasonCode() + " " + of(it.properties());
      case Packet.Auth it -> "AUTH " + it.reasonCode();
    };
  }

  private static String connect(Packet.Connect it) {
    return "CONNECT %s %s%s keepalive=%d user=%s password=%s will=%s %s"
        .formatted(
            it.version(),
            it.clientIdentifier(),
            it.cleanStart() ? " clean" : "",
            it.keepAliveSeconds(),
            it.userName(),
            text(it.password()),
            it.will() == null ? "none" : of(it.will()),
            of(it.properties()));
  }

  private static String of(Will it) {
    return "(%s qos=%d%s payload=%s %s)"
        .formatted(
            it.topic(),
            it.qos(),
            it.retain() ? " retain" : "",
            text(it.payload()),
            of(it.properties()));
  }

  static String of(Properties it) {
    var shown = new StringJoiner(" ", "{", "}");
    number(shown, "format", it.payloadFormatIndicator());
    number(shown, "expiry", it.messageExpirySeconds());
    object(shown, "type", it.contentType());
    object(shown, "response", it.responseTopic());
    object(shown, "correlation", text(it.correlationData()));
    number(shown, "subscription", it.subscriptionIdentifier());
    number(shown, "session", it.sessionExpirySeconds());
    object(shown, "method", it.authenticationMethod());
    number(shown, "delay", it.willDelaySeconds());
    number(shown, "problem", it.requestProblemInformation());
    number(shown, "receive", it.receiveMaximum());
    number(shown, "aliases", it.topicAliasMaximum());
    number(shown, "alias", it.topicAlias());
    number(shown, "packet", it.maximumPacketBytes());
    it.userProperties().forEach((name, value) -> shown.add(name + ":" + value));
    return shown.toString();
  }

  private static void number(StringJoiner shown, String name, long value) {
    if (value != Properties.ABSENT) {
      shown.add(name + "=" + value);
    }
  }

  private static void object(StringJoiner shown, String name, Object value) {
    if (value != null) {
      shown.add(name + "=" + value);
    }
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }
}
