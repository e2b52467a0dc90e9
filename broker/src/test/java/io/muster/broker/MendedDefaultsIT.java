package io.muster.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What HiveMQ's embedded broker would do otherwise; the limit of its queue is in {@link
 * BrokerProcessIT}.
 */
class MendedDefaultsIT {
  private static final int UNACKNOWLEDGED = 500;

  @TempDir Path folder;

  @Test
  void refusesAClientAboutWhomNobodyDecides() throws Exception {
    // Somebody is asked and has no opinion.
    try (var issuer = new TestIssuer();
        var broker = new Broker(settings(issuer), new Gate(true))) {
      assertStrangerIsRefused(broker.start());
    }
  }

  @Test
  void refusesAClientWhenThereIsNobodyToDecide() throws Exception {
    // What the embedded default would let in: a gate that failed to start is an open door.
    try (var issuer = new TestIssuer();
        var broker = new Broker(settings(issuer), new Gate(false))) {
      assertStrangerIsRefused(broker.start());
    }
  }

  @Test
  void hasMoreThanFiftyMessagesInFlightToAClientThatAcknowledgesLate() throws Exception {
    try (var issuer = new TestIssuer();
        var broker = new Broker(settings(issuer))) {
      var port = broker.start();
      var slow = Services.client(port, issuer, "ingest", 0);
      Services.connectPersistent(slow);
      slow.subscribeWith().topicFilter("platform/registry/#").qos(MqttQos.AT_LEAST_ONCE).send();
      slow.disconnect();
      var producer = Services.client(port, issuer, "registry", 0);
      producer.connect();
      Services.publishNumbers(producer, "platform/registry/device-created/demo/d1", UNACKNOWLEDGED);
      var unacknowledged = new ConcurrentLinkedQueue<Object>();
      slow.toAsync().publishes(MqttGlobalPublishFilter.ALL, unacknowledged::add, true);
      Services.connectPersistent(slow);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertEquals(UNACKNOWLEDGED, unacknowledged.size()));
      slow.disconnect();
      producer.disconnect();
    }
  }

  private static void assertStrangerIsRefused(int port) {
    var stranger =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(port)
            .identifier("stranger")
            .buildBlocking();
    var refused = assertThrows(Mqtt5ConnAckException.class, stranger::connect);
    assertEquals(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED, refused.getMqttMessage().getReasonCode());
  }

  private BrokerSettings settings(TestIssuer issuer) {
    return BrokerSettings.of(
        Map.of(
            "MUSTER_BROKER_PORT", "0",
            "MUSTER_BROKER_DATA", folder.toString(),
            "MUSTER_SERVICE_ISSUER", issuer.address().toString()));
  }

  /** An extension that has nothing to say about anybody. */
  private record Gate(boolean isAsked) implements ExtensionMain {
    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      if (isAsked) {
        SimpleAuthenticator undecided = (connect, decision) -> decision.nextExtensionOrDefault();
        com.hivemq.extension.sdk.api.services.Services.securityRegistry()
            .setAuthenticatorProvider(client -> undecided);
      }
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }
}
