package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;

/**
 * What the broker answered to a message that was sent. It is the result in the message's {@link
 * io.smallrye.reactive.messaging.OutgoingMessageMetadata}, when the sender added one.
 *
 * @param topic where it was published
 * @param qos with which quality of service; at most once means only that it was written
 * @param subscribers false when the broker said that nobody subscribes to the topic (reason code
 *     0x10, MQTT 5 §3.4.2.1): it has accepted and dropped the message
 */
public record MqttSent(String topic, MqttQos qos, boolean subscribers) {}
