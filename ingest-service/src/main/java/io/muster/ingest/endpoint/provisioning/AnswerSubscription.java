package io.muster.ingest.endpoint.provisioning;

import io.muster.contract.topic.TopicFilter;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The one subscription of a device that is nobody yet: its own answers, at QoS 0. A higher one
 * would promise nothing more, since no session is kept and a request that was not answered comes
 * again. On one event loop.
 */
final class AnswerSubscription {
  private static final String SHARE = "$share/";
  private static final int REFUSED_311 = 0x80;

  private final Guest guest;
  private final EndpointMetrics metrics;
  private boolean on;

  AnswerSubscription(Guest guest, EndpointMetrics metrics) {
    this.guest = guest;
    this.metrics = metrics;
  }

  boolean isOn() {
    return on;
  }

  /** Writes the SUBACK. */
  void subscribe(ByteBuf out, Packet.Subscribe packet) {
    var codes = packet.filters().stream().map(it -> subscribe(it.filter())).toList();
    PacketWriter.subAck(out, guest.version(), packet.packetIdentifier(), codes);
  }

  private int subscribe(String filter) {
    if (filter.equals(guest.newcomer().answerTopic())) {
      on = true;
      metrics.subscription("granted");
      return ReasonCode.SUCCESS.code();
    }
    var code =
        filter.startsWith(SHARE)
            ? ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
            : TopicFilter.isValid(filter)
                ? ReasonCode.NOT_AUTHORIZED
                : ReasonCode.TOPIC_FILTER_INVALID;
    metrics.subscription(EndpointMetrics.label(code));
    return guest.isMqtt5() ? code.code() : REFUSED_311;
  }

  /** Writes the UNSUBACK. */
  void unsubscribe(ByteBuf out, Packet.Unsubscribe packet) {
    List<Integer> codes = packet.filters().stream().map(this::unsubscribe).toList();
    PacketWriter.unsubAck(out, guest.version(), packet.packetIdentifier(), codes);
  }

  private int unsubscribe(String filter) {
    if (!on || !filter.equals(guest.newcomer().answerTopic())) {
      return ReasonCode.NO_SUBSCRIPTION_EXISTED.code();
    }
    on = false;
    return ReasonCode.SUCCESS.code();
  }
}
