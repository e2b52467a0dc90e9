package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The answer to SUBSCRIBE. */
class GrantedTest {
  private static final List<MqttTopicFilter> FILTERS =
      List.of(MqttTopicFilter.of("a/#"), MqttTopicFilter.of("b/#"));

  private static Granted granted(Mqtt5SubAckReasonCode... answers) {
    return Granted.of(FILTERS, MqttQos.AT_LEAST_ONCE, List.of(answers));
  }

  @Test
  void whatWasAskedForIsNothingToTell() {
    var all = granted(Mqtt5SubAckReasonCode.GRANTED_QOS_1, Mqtt5SubAckReasonCode.GRANTED_QOS_2);
    assertDoesNotThrow(all::requireAll);
    assertNull(all.warning());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "GRANTED_QOS_.")
  void oneRefusedFilterIsNamedWithItsReason(Mqtt5SubAckReasonCode reason) {
    var partly = granted(Mqtt5SubAckReasonCode.GRANTED_QOS_1, reason);
    var failure = assertThrows(SubscriptionRefusedException.class, partly::requireAll);
    assertTrue(Reasons.of(failure).contains("{b/#=" + reason + "}"), Reasons.of(failure));
  }

  @Test
  void aLowerQualityOfServiceIsAWarning() {
    var lower = granted(Mqtt5SubAckReasonCode.GRANTED_QOS_0, Mqtt5SubAckReasonCode.GRANTED_QOS_1);
    assertDoesNotThrow(lower::requireAll);
    assertTrue(lower.warning().contains("{a/#=0}"), lower.warning());
  }

  @Test
  void anAnswerWithTooFewReasonCodesGrantsNothingMore() {
    var half = granted(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
    assertThrows(SubscriptionRefusedException.class, half::requireAll);
    assertEquals(1, half.refused().size());
  }
}
