package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5UnsubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.LostSession;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gateways while nobody can tell whom they may speak for, and when that changes. */
class GatewayMandatesTest {
  private static final DeviceAddress GATEWAY = DeviceAddress.of("acme", "gw");
  private static final DeviceAddress CHILD = DeviceAddress.of("acme", "child");
  private static final String TELEMETRY = "telemetry/acme/child";
  private static final String COMMANDS = "command/acme/child/req/#";
  private static final String OWN_COMMANDS = "command/acme/gw/req/#";

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicReference<Throwable> ended = new AtomicReference<>();
  private TestEndpoint server;

  @BeforeEach
  void start() {
    start("mandates.patience", "20s");
  }

  private void start(String... settings) {
    if (server != null) {
      server.close();
    }
    server = TestEndpoint.start(settings);
    server.access.gateways.put(CHILD, GATEWAY);
    server.access.knowsGateways = false;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Mqtt5BlockingClient client() {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("127.0.0.1")
        .serverPort(server.port())
        .identifier("acme:gw")
        .simpleAuth()
        .username("gw@acme")
        .password(FakeAccess.SECRET.getBytes(UTF_8))
        .applySimpleAuth()
        .addDisconnectedListener(context -> ended.set(context.getCause()))
        .buildBlocking();
  }

  private Mqtt5BlockingClient connected() {
    var client = client();
    client
        .toAsync()
        .publishes(
            com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL,
            publish -> heard.add(publish.getTopic().toString()));
    client.connectWith().cleanStart(false).sessionExpiryInterval(3_600).send();
    return client;
  }

  private static CompletableFuture<?> publish(Mqtt5AsyncClient client) {
    return publish(client, TELEMETRY);
  }

  private static CompletableFuture<?> publish(Mqtt5AsyncClient client, String topic) {
    return client
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{}".getBytes(UTF_8))
        .send();
  }

  private void command(DeviceAddress device) {
    var topic = DownwardTopic.parse("command/" + device + "/req/1/go").orElseThrow();
    server.endpoint.deliver(
        new DownwardMessage(topic, new byte[0], 0, null, null, null, UserProperties.NONE, -1));
  }

  @Test
  void aMessageWaitsUntilSomebodyCanTellWhetherTheGatewayMaySendIt() {
    var client = connected();
    server.access.mandatesUnknown = true;
    var acknowledged = publish(client.toAsync());
    await()
        .during(java.time.Duration.ofMillis(300))
        .until(() -> server.intake.offered.isEmpty() && server.intake.letters.isEmpty());
    server.access.mandatesUnknown = false;
    acknowledged.join();
    assertEquals(1, server.intake.offered.size());
    assertTrue(server.intake.letters.isEmpty());
    client.disconnect();
  }

  @Test
  void whatNobodyCanJudgeForTooLongIsNeitherAcknowledgedNorDeadLettered() {
    start("mandates.patience", "300ms");
    var client = connected();
    server.access.mandatesUnknown = true;
    publish(client.toAsync());
    await().until(() -> ended.get() != null);
    var reason = ((Mqtt5DisconnectException) ended.get()).getMqttMessage().getReasonCode();
    assertEquals(Mqtt5DisconnectReasonCode.SERVER_BUSY, reason);
    assertTrue(server.intake.letters.isEmpty() && server.intake.offered.isEmpty());
  }

  @Test
  void whatWasGivenOnThisConnectionStaysGivenWhileNobodyCanTellUntilThereIsWordOfTheDevice() {
    var client = connected();
    publish(client.toAsync()).join();
    server.access.mandatesUnknown = true;
    publish(client.toAsync()).join();
    publish(client.toAsync()).join();
    assertEquals(3, server.intake.offered.size());
    server.access.gateways.remove(CHILD);
    server.access.withdraw(new Withdrawal.OfMandates(CHILD));
    // The word comes from another thread; after an answer to this the connection has it.
    publish(client.toAsync(), "telemetry/acme/gw").join();
    var held = publish(client.toAsync());
    await().during(java.time.Duration.ofMillis(300)).until(() -> !held.isDone());
    server.access.mandatesUnknown = false;
    assertThrows(Exception.class, held::join);
    assertEquals(1, server.intake.letters.size());
    client.disconnect();
  }

  @Test
  void aWillThatNobodyCanJudgeIsAnsweredWithTryAgain() {
    server.access.mandatesUnknown = true;
    var client = client();
    var refused =
        assertThrows(
            Mqtt5ConnAckException.class,
            () ->
                client
                    .connectWith()
                    .willPublish()
                    .topic("presence/acme/child")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .applyWillPublish()
                    .send());
    assertEquals(
        Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE, refused.getMqttMessage().getReasonCode());
  }

  @Test
  void aSubscriptionThatCannotBeRestoredYetStaysStoredAndIsTakenUpLater() {
    var client = connected();
    client.subscribeWith().topicFilter(COMMANDS).send();
    client.disconnect();
    server.access.mandatesUnknown = true;
    client = connected();
    client.subscribeWith().topicFilter(OWN_COMMANDS).send();
    assertEquals(Set.of(COMMANDS, OWN_COMMANDS), Set.copyOf(server.sessions.stored("acme:gw")));
    command(CHILD);
    command(GATEWAY);
    await().until(() -> heard.equals(List.of("command/acme/gw/req/1/go")));
    server.access.mandatesUnknown = false;
    await()
        .until(
            () -> {
              command(CHILD);
              return heard.contains("command/acme/child/req/1/go");
            });
    client.disconnect();
  }

  @Test
  void theFormerGatewayOfADeviceHearsItNoMore() {
    var client = connected();
    client.subscribeWith().topicFilter(COMMANDS).send();
    client.subscribeWith().topicFilter(OWN_COMMANDS).send();
    server.access.withdraw(new Withdrawal.OfMandates(CHILD));
    command(CHILD);
    await().until(() -> heard.equals(List.of("command/acme/child/req/1/go")));
    server.access.gateways.put(CHILD, DeviceAddress.of("acme", "other"));
    server.access.withdraw(new Withdrawal.OfMandates(CHILD));
    await()
        .until(
            () -> {
              heard.clear();
              command(CHILD);
              command(GATEWAY);
              await().until(() -> heard.contains("command/acme/gw/req/1/go"));
              return heard.equals(List.of("command/acme/gw/req/1/go"));
            });
    client.disconnect();
  }

  @Test
  void aSubscriptionWhoseEndCannotBeStoredGoesOn() {
    var client = connected();
    client.subscribeWith().topicFilter(OWN_COMMANDS).send();
    server.sessions.away = true;
    assertThrows(
        Mqtt5UnsubAckException.class,
        () -> client.unsubscribeWith().topicFilter(OWN_COMMANDS).send());
    server.sessions.away = false;
    assertEquals(List.of(OWN_COMMANDS), server.sessions.stored("acme:gw"));
    command(GATEWAY);
    await().until(() -> heard.equals(List.of("command/acme/gw/req/1/go")));
    client.unsubscribeWith().topicFilter(OWN_COMMANDS).send();
    assertEquals(List.of(), server.sessions.stored("acme:gw"));
    client.disconnect();
  }

  @Test
  void aConnectionThatLosesItsSessionWhileItIsBeingAdmittedIsToldToComeAgain() {
    for (var all : List.of(true, false)) {
      server.sessions.answersNever = true;
      server.sessions.claims.clear();
      var connecting = client().toAsync().connect();
      await().until(() -> server.sessions.claims.size() == 1);
      var id = server.sessions.claims.getFirst().connectionId();
      assertTrue(server.sessions.connections.holds(id));
      server.sessions.lose(all ? new LostSession.All() : new LostSession.TakenOver(id));
      var refused = assertThrows(Exception.class, connecting::join);
      assertEquals(
          Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE,
          ((Mqtt5ConnAckException) refused.getCause()).getMqttMessage().getReasonCode());
      assertTrue(!server.sessions.connections.holds(id));
    }
  }
}
