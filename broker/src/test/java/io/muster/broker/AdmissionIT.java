package io.muster.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, and what they may do there; one broker for all of these tests. */
class AdmissionIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static final AtomicInteger ORDINALS = new AtomicInteger();
  private static TestIssuer issuer;
  private static BrokerProcess broker;
  private static int httpPort;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    httpPort = BrokerProcess.freePort();
    broker =
        new BrokerProcess(folder, issuer)
            .with("MUSTER_BROKER_HTTP_PORT", Integer.toString(httpPort))
            .start();
  }

  @AfterAll
  static void stop() {
    broker.close();
    issuer.close();
  }

  @Test
  void letsAServiceInWithItsToken() throws Exception {
    var client = service("ingest");
    client.connect();
    assertTrue(client.getState().isConnected());
    client.disconnect();
  }

  @Test
  void refusesAClientWithoutAName() throws Exception {
    var anonymous =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(broker.port())
            .identifier("service:ingest:0")
            .buildBlocking();
    assertRefused("not-a-service", Mqtt5ConnAckReasonCode.NOT_AUTHORIZED, anonymous);
  }

  @Test
  void refusesADevice() throws Exception {
    var device = Services.client(broker.port(), "d1@demo", "demo:d1", issuer.token("ingest"));
    assertRefused("not-a-service", Mqtt5ConnAckReasonCode.NOT_AUTHORIZED, device);
  }

  @Test
  void refusesAPersonsToken() throws Exception {
    var token =
        issuer.token("ingest", Duration.ofMinutes(10), claims -> claims.setAudience("muster-api"));
    var person = Services.client(broker.port(), "service:ingest", "service:ingest:0", token);
    assertRefused("token-audience", Mqtt5ConnAckReasonCode.NOT_AUTHORIZED, person);
  }

  @Test
  void refusesAServiceUnderAnothersNameOrIdentifier() throws Exception {
    var token = issuer.token("firmware");
    assertRefused(
        "token-subject",
        Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
        Services.client(broker.port(), "service:registry", "service:registry:0", token));
    assertRefused(
        "client-identifier",
        Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
        Services.client(broker.port(), "service:firmware", "service:registry:0", token));
  }

  @Test
  void endsAConnectionWithItsToken() throws Exception {
    var connected = new AtomicReference<Mqtt5BlockingClient>();
    // Again, should the machine let a token's life pass before it is looked at.
    await()
        .atMost(PATIENCE)
        .ignoreException(Mqtt5ConnAckException.class)
        .until(
            () -> {
              connected.set(lettingInForSeconds());
              return true;
            });
    await().atMost(PATIENCE).until(() -> !connected.get().getState().isConnected());
  }

  private static Mqtt5BlockingClient lettingInForSeconds() throws Exception {
    var token = issuer.token("ingest", Duration.ofSeconds(3));
    var client = Services.client(broker.port(), "service:ingest", identifier("ingest"), token);
    client.connect();
    return client;
  }

  @Test
  void goesOnWhileTheIssuerIsAway() throws Exception {
    // The keys must be known first.
    service("registry").connect();
    issuer.goAway();
    try (var stranger = new TestIssuer()) {
      service("registry").connect();
      var unknownKey =
          Services.client(
              broker.port(), "service:ingest", identifier("ingest"), stranger.token("ingest"));
      // Whether the key is new or wrong nobody can say now.
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertRefused(
                      "issuer-unavailable", Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE, unknownKey));
    } finally {
      issuer.comeBack();
    }
  }

  @Test
  void refusesAndDisconnectsAServiceThatPublishesOnAnothersTopic() throws Exception {
    var client = service("command");
    client.connect();
    var series = "muster_broker_topics_refused_total{operation=\"publish\"}";
    var before = counter(series);
    var refused =
        assertThrows(
            Mqtt5PubAckException.class, () -> publish(client, "shadow/demo/d1/get/accepted"));
    assertEquals(Mqtt5PubAckReasonCode.NOT_AUTHORIZED, refused.getMqttMessage().getReasonCode());
    assertEquals(before + 1, counter(series));
    assertTrue(broker.output().contains("may not publish under shadow/demo/d1/get/accepted"));
    await().atMost(PATIENCE).until(() -> !client.getState().isConnected());
  }

  @Test
  void refusesSubscriptionsToTopicsOfOthers() throws Exception {
    var client = service("command");
    client.connect();
    var series = "muster_broker_topics_refused_total{operation=\"subscribe\"}";
    var before = counter(series);
    for (var filter : new String[] {"#", "shadow/#", "$share/group/telemetry/#"}) {
      var refused =
          assertThrows(
              Mqtt5SubAckException.class, () -> client.subscribeWith().topicFilter(filter).send());
      assertEquals(
          Mqtt5SubAckReasonCode.NOT_AUTHORIZED,
          refused.getMqttMessage().getReasonCodes().getFirst());
    }
    assertEquals(before + 3, counter(series));
    assertTrue(client.getState().isConnected());
    client.disconnect();
  }

  @Test
  void refusesAWillOnAnothersTopic() throws Exception {
    var client = service("command");
    var refused =
        assertThrows(
            Mqtt5ConnAckException.class,
            () ->
                client
                    .connectWith()
                    .willPublish()
                    .topic("platform/registry/device-deleted/demo/d1")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .applyWillPublish()
                    .send());
    assertEquals(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED, refused.getMqttMessage().getReasonCode());
  }

  @Test
  void takesACommandFromItsServiceToTheEndpointAndTheAnswerBack() throws Exception {
    var command = service("command");
    var endpoint = service("ingest");
    command.connect();
    endpoint.connect();
    endpoint.subscribeWith().topicFilter("command/+/+/req/#").qos(MqttQos.AT_LEAST_ONCE).send();
    command
        .subscribeWith()
        .topicFilter("$share/command/command/+/+/res/+/+")
        .qos(MqttQos.AT_LEAST_ONCE)
        .send();
    try (var down = endpoint.publishes(MqttGlobalPublishFilter.ALL);
        var up = command.publishes(MqttGlobalPublishFilter.ALL)) {
      publish(command, "command/demo/d1/req/17/reboot");
      assertEquals(
          "command/demo/d1/req/17/reboot",
          down.receive(60, TimeUnit.SECONDS).orElseThrow().getTopic().toString());
      publish(endpoint, "command/demo/d1/res/17/200");
      assertEquals(
          "command/demo/d1/res/17/200",
          up.receive(60, TimeUnit.SECONDS).orElseThrow().getTopic().toString());
    }
    command.disconnect();
    endpoint.disconnect();
  }

  @Test
  void tellsItsHealthAndHiveMqsMetrics() throws Exception {
    assertTrue(get("/q/health").contains("\"status\":\"UP\""));
    assertTrue(get("/q/health/live").contains("\"status\":\"UP\""));
    var metrics = get("/q/metrics");
    assertTrue(metrics.contains("com_hivemq_messages_dropped_count"), metrics);
    assertTrue(metrics.contains("jvm_memory_used_bytes"), metrics);
  }

  private static Mqtt5BlockingClient service(String name) throws Exception {
    return Services.client(broker.port(), issuer, name, ORDINALS.incrementAndGet());
  }

  private static String identifier(String service) {
    return "service:%s:%d".formatted(service, ORDINALS.incrementAndGet());
  }

  private static void publish(Mqtt5BlockingClient client, String topicName) {
    client.publishWith().topic(topicName).qos(MqttQos.AT_LEAST_ONCE).send();
  }

  private static void assertRefused(
      String reason, Mqtt5ConnAckReasonCode code, Mqtt5BlockingClient client) throws Exception {
    var series = "muster_broker_connections_refused_total{reason=\"%s\"}".formatted(reason);
    var before = counter(series);
    var refused = assertThrows(Mqtt5ConnAckException.class, client::connect);
    assertEquals(code, refused.getMqttMessage().getReasonCode());
    assertEquals(before + 1, counter(series));
    assertTrue(broker.output().contains(reason), "not logged: " + reason);
  }

  private static double counter(String series) throws Exception {
    return get("/q/metrics")
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static String get(String path) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var address = URI.create("http://127.0.0.1:" + httpPort + path);
      var answer =
          http.send(
              HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(200, answer.statusCode());
      return answer.body();
    }
  }
}
