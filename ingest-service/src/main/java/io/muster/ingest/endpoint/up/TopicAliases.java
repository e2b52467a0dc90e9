package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ReasonCode;

/**
 * The topic aliases that a client has set on its connection (MQTT 5 §3.3.2.3.4). On the event loop.
 */
final class TopicAliases {
  /** What a topic name costs beside its characters. */
  private static final int OVERHEAD_BYTES = 64;

  private final int most;
  private final int mostBytes;
  private final ByteBudget budget;
  private String[] topics;
  private int heldBytes;

  /**
   * @param most how many there may be
   * @param mostBytes what their topic names may take together
   */
  TopicAliases(int most, int mostBytes, ByteBudget budget) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.budget = budget;
  }

  /**
   * The topic name of a publish.
   *
   * @throws MalformedPacketException for an alias that is 0, too great or not set, no topic name at
   *     all, one with a wildcard, or aliases that take more memory than they may
   */
  String resolve(Packet.Publish publish) throws MalformedPacketException {
    var topic = publish.topic();
    var alias = publish.properties().topicAlias();
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw new MalformedPacketException(
          ReasonCode.TOPIC_NAME_INVALID, "a wildcard in a topic name");
    }
    if (alias == Properties.ABSENT) {
      if (topic.isEmpty()) {
        throw new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, "neither topic nor alias");
      }
      return topic;
    }
    if (alias == 0 || alias > most) {
      throw new MalformedPacketException(
          ReasonCode.TOPIC_ALIAS_INVALID, "topic alias " + alias + ", the maximum is " + most);
    }
    return topic.isEmpty() ? known(alias) : set(alias, topic);
  }

  private String set(int alias, String topic) throws MalformedPacketException {
    if (topics == null) {
      topics = new String[most];
    }
    var before = topics[alias - 1];
    // A client may send both each time.
    if (topic.equals(before)) {
      return before;
    }
    var change = heldBytes(topic) - heldBytes(before);
    if (heldBytes + change > mostBytes) {
      throw new MalformedPacketException(
          ReasonCode.QUOTA_EXCEEDED,
          "the topic names of all aliases take more than " + mostBytes + " bytes");
    }
    hold(change);
    topics[alias - 1] = topic;
    return topic;
  }

  private void hold(int change) {
    heldBytes += change;
    budget.add(change);
  }

  /** A string takes two bytes for each character as soon as one is beyond Latin-1. */
  private static int heldBytes(String topic) {
    if (topic == null) {
      return 0;
    }
    var wide = topic.chars().anyMatch(character -> character > 0xFF);
    return OVERHEAD_BYTES + (wide ? 2 : 1) * topic.length();
  }

  /** The connection has ended: no alias means anything any more. */
  void end() {
    hold(-heldBytes);
    topics = null;
  }

  private String known(int alias) throws MalformedPacketException {
    var topic = topics == null ? null : topics[alias - 1];
    if (topic == null) {
      throw new MalformedPacketException(
          ReasonCode.PROTOCOL_ERROR, "topic alias " + alias + " was not set");
    }
    return topic;
  }
}
