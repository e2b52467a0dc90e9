package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;

/**
 * How an outgoing channel is configured.
 *
 * @param maxInflight how many messages may be on their way
 * @param lossAllowed whether a message counts as sent that nobody subscribes to
 */
record OutboundSettings(
    LinkSettings link,
    String topic,
    MqttQos qos,
    boolean retain,
    int maxInflight,
    boolean lossAllowed,
    boolean tracing,
    boolean health) {

  static OutboundSettings from(
      MusterMqttConnectorOutgoingConfiguration attributes, Providers providers) {
    var common = new LinkAttributes(attributes, providers);
    return new OutboundSettings(
        common.settings(LinkSettings.Session.OF_SENDER),
        topic(attributes, common),
        common.qos("qos", attributes.getQos()),
        attributes.getRetain(),
        common.within("max-inflight", attributes.getMaxInflight(), 1, 65_535),
        common.acceptsLoss("no-subscribers", attributes.getNoSubscribers()),
        attributes.getTracingEnabled(),
        attributes.getHealthEnabled());
  }

  private static String topic(
      MusterMqttConnectorOutgoingConfiguration attributes, LinkAttributes common) {
    var topic = attributes.getTopic().orElse(attributes.getChannel());
    try {
      return MqttTopic.of(topic).toString();
    } catch (IllegalArgumentException malformed) {
      throw common.invalid("topic", "is malformed: " + malformed.getMessage());
    }
  }
}
