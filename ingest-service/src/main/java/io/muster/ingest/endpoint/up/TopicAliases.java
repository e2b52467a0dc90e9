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
  private final ByteBudget budget;
  private String[] topics;
  private int heldBytes;

  TopicAliases(int most, ByteBudget budget) {
    this.most = most;
    this.budget = budget;
  }

  /**
   * The topic name of a publish.
   *
   * @throws MalformedPacketException for an alias that is 0, too great or not set, no topic name at
   *     all, or one with a wildcard
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

  private String set(int alias, String topic) {
    if (topics == null) {
      topics = new String[most];
    }
    var before = topics[alias - 1];
    // A client that sends both each time sends the same, which is then the same string.
    if (topic != before) {
      hold(heldBytes(topic) - heldBytes(before));
      topics[alias - 1] = topic;
    }
    return topic;
  }

  private void hold(int change) {
    heldBytes += change;
    budget.add(change);
  }

  /** Strings may take two bytes for each character. */
  private static int heldBytes(String topic) {
    return topic == null ? 0 : OVERHEAD_BYTES + 2 * topic.length();
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
