package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.reactivex.Flowable;
import io.smallrye.mutiny.Uni;

/**
 * Publishes dead letters over the channel's own connection: the message as it was, with its former
 * topic, its channel, the number of attempts and the reason as user properties. Safe when the
 * PUBACK has come and, unless loss is allowed, somebody subscribes.
 */
final class DeadLetterTopic implements DeadLetterDestination {
  static final String TOPIC = "dead-letter-topic";
  static final String CHANNEL = "dead-letter-channel";
  static final String ATTEMPTS = "dead-letter-attempts";
  static final String REASON = "dead-letter-reason";
  private static final int REASON_CHARACTERS = 1_000;

  private final String topic;
  private final boolean lossAllowed;

  DeadLetterTopic(String topic, boolean lossAllowed) {
    this.topic = topic;
    this.lossAllowed = lossAllowed;
  }

  @Override
  public Uni<Void> store(String channel, Delivery delivery, Throwable reason) {
    var letter = letter(channel, delivery, reason);
    var client = delivery.connection().client();
    return Rx.uni(client.publish(Flowable.just(letter)).firstOrError()).chain(this::verdict);
  }

  private Mqtt5Publish letter(String channel, Delivery delivery, Throwable reason) {
    var message = delivery.publish();
    var properties = Mqtt5UserProperties.builder();
    message.getUserProperties().asList().forEach(properties::add);
    properties
        .add(TOPIC, message.getTopic().toString())
        .add(CHANNEL, channel)
        .add(ATTEMPTS, Integer.toString(delivery.attempt()))
        .add(REASON, Utf8.publishable(Reasons.of(reason), REASON_CHARACTERS));
    return message
        .extend()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .retain(false)
        .userProperties(properties.build())
        .build();
  }

  private Uni<Void> verdict(Mqtt5PublishResult result) {
    if (result.getError().isPresent()) {
      return Uni.createFrom().failure(result.getError().get());
    }
    if (!lossAllowed && !Answers.subscribers(result)) {
      return Uni.createFrom().failure(new NoSubscribersException(topic));
    }
    return Uni.createFrom().voidItem();
  }
}
