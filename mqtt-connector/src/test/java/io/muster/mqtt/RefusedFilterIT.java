package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.mqtt.BrokerExtension.Broker;
import io.smallrye.reactive.messaging.health.HealthReport.ChannelInfo;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Brokers that grant less than a channel asks for. */
@ExtendWith(BrokerExtension.class)
class RefusedFilterIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static ChannelInfo readiness(Application application) {
    return application.connector().getReadiness().getChannels().getFirst();
  }

  private static void awaitMessage(Application application, String part) {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> String.valueOf(readiness(application).getMessage()).contains(part));
  }

  @Test
  void aChannelThatMissesOneOfItsTopicFiltersIsNotReady(Broker broker) {
    try (var application = new Application(broker)) {
      // The first one is its own, the second one is no business of this service account.
      application.acking("partly", "topic", "platform/probe/partly/#,shadow/+/+/get");
      awaitMessage(
          application, "the broker refused topic filters: {shadow/+/+/get=NOT_AUTHORIZED}");
      assertFalse(readiness(application).getMessage().contains("Exception"));
      assertFalse(readiness(application).isOk());
      assertFalse(application.connector().getStartup().isOk());
      assertFalse(application.connector().getReadiness().isOk());
    }
  }

  @Test
  void aRefusedChannelTriesAgain(Broker broker) {
    try (var application = new Application(broker)) {
      application.acking("again", "topic", "platform/probe/again/#,shadow/+/+/get");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> Application.counted("muster.mqtt.disconnections", "again") >= 3);
    }
  }

  @Test
  void aLowerQualityOfServiceIsToldByAChannelThatIsReady() throws Exception {
    try (var lowering = new LoweringBroker();
        var application = new Application(lowering.url())) {
      application.acking("lowered", "topic", "a/#,b/#");
      application.awaitReady();
      awaitMessage(application, "lower quality of service than asked for: {b/#=0}");
    }
  }
}
