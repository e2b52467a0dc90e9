package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.internal.mqtt.datatypes.MqttUserPropertiesImpl;
import com.hivemq.client.internal.mqtt.message.publish.puback.MqttPubAck;
import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FinalRefusalTest {
  private static final Set<Mqtt5PubAckReasonCode> ABOUT_THE_MESSAGE =
      Set.of(
          Mqtt5PubAckReasonCode.NOT_AUTHORIZED,
          Mqtt5PubAckReasonCode.TOPIC_NAME_INVALID,
          Mqtt5PubAckReasonCode.PAYLOAD_FORMAT_INVALID);

  @ParameterizedTest
  @EnumSource
  void isWhatTheBrokerSaysOfTheMessageItself(Mqtt5PubAckReasonCode code) {
    var answer = new MqttPubAck(1, code, null, MqttUserPropertiesImpl.NO_USER_PROPERTIES);
    assertEquals(
        ABOUT_THE_MESSAGE.contains(code),
        FinalRefusal.is(new Mqtt5PubAckException(answer, "refused")));
  }

  @Test
  void isWhatCannotBeSentAtAll() {
    assertTrue(FinalRefusal.is(new MqttEncodeException("too large")));
  }

  @Test
  void isNotWhatMayPass() {
    assertFalse(FinalRefusal.is(new IllegalStateException("the broker is away")));
  }
}
