package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import io.micrometer.core.instrument.Meter;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.localstack.tls.LocalAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator sees of the endpoint, and that it moves when it should. */
class EndpointMetersTest {
  private static final String FILTER = "command/acme/boiler/req/#";

  private static double gauge(TestEndpoint server, String meter, String... tags) {
    return server.meters.get(meter).tags(tags).gauge().value();
  }

  private static double clients(TestEndpoint server, String version, String transport) {
    return gauge(server, "muster.endpoint.clients", "version", version, "transport", transport);
  }

  private static void awaitNoClients(TestEndpoint server) {
    await()
        .until(
            () ->
                server.meters.find("muster.endpoint.clients").gauges().stream()
                    .allMatch(it -> it.value() == 0));
  }

  @Test
  void countsConnectionsByVersionAndTransport(@TempDir Path folder) throws Exception {
    var authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    var certificate = authority.serverCertificate().toString();
    try (var server =
        TestEndpoint.start(
            "tls.port",
            "0",
            "tls.certificate",
            certificate,
            "tls.key",
            authority.serverKey().toString())) {
      var plain3 = RawClient.connected(server, MQTT_3_1_1);
      var plain5 = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("other"));
      var socket =
          trustingAll().getSocketFactory().createSocket("127.0.0.1", server.endpoint.tlsPort());
      var tls = RawClient.over(socket, MQTT_5);
      tls.send(ConnectPacket.of(MQTT_5).device("third").bytes()).expectConnAck(ReasonCode.SUCCESS);
      var overWebSocket =
          MqttClient.builder()
              .useMqttVersion3()
              .serverHost("127.0.0.1")
              .serverPort(server.webSocketPort())
              .webSocketConfig()
              .serverPath("mqtt")
              .applyWebSocketConfig()
              .identifier("acme:fourth")
              .simpleAuth()
              .username("fourth@acme")
              .password(FakeAccess.SECRET.getBytes(StandardCharsets.UTF_8))
              .applySimpleAuth()
              .buildBlocking();
      overWebSocket.connect();
      assertEquals(1, clients(server, "3.1.1", "tcp"));
      assertEquals(1, clients(server, "5", "tcp"));
      assertEquals(1, clients(server, "5", "tls"));
      assertEquals(1, clients(server, "3.1.1", "ws"));
      assertEquals(0, clients(server, "5", "wss"));
      overWebSocket.disconnect();
      plain3.disconnect();
      plain5.close();
      tls.close();
      awaitNoClients(server);
    }
  }

  /** The client does not matter here. */
  private static SSLContext trustingAll() throws Exception {
    var all =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {all}, new SecureRandom());
    return context;
  }

  @Test
  void measuresFromAPublishToItsAcknowledgementInBuckets() {
    try (var server = TestEndpoint.start();
        var client = RawClient.connected(server, MQTT_5)) {
      client.publish(0, 0, "{}").publish(1, 1, "{}").expect("40 02 0001");
      var timer = server.meters.get("muster.endpoint.acknowledge").timer();
      await().until(() -> timer.count() == 1);
      var counts = timer.takeSnapshot().histogramCounts();
      assertTrue(counts.length >= 10, () -> counts.length + " buckets");
      var longest = counts[counts.length - 1];
      assertEquals(30, longest.bucket(TimeUnit.SECONDS));
      assertEquals(1, longest.count());
    }
  }

  @Test
  void showsForWhichReasonSocketsAreNotRead() {
    try (var server = TestEndpoint.start("up.window", "2")) {
      try (var client = RawClient.connected(server, MQTT_3_1_1)) {
        assertEquals(0, gauge(server, "muster.endpoint.held", "reason", "window"));
        server.intake.hold();
        client.publish(1, 1, "{}").publish(1, 2, "{}");
        await().until(() -> gauge(server, "muster.endpoint.held", "reason", "window") == 1);
        server.intake.letGo();
        client.expect("40 02 0001").expect("40 02 0002");
        await().until(() -> gauge(server, "muster.endpoint.held", "reason", "window") == 0);
        server.intake.hold();
        client.publish(1, 1, "{}").publish(1, 2, "{}");
        await().until(() -> gauge(server, "muster.endpoint.held", "reason", "window") == 1);
        server.access.withdraw(new io.muster.ingest.access.Withdrawal.OfEverybody());
        await().until(() -> gauge(server, "muster.endpoint.held", "reason", "window") == 0);
      }
      server.access.answersNever = true;
      try (var waiting = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
        await().until(() -> gauge(server, "muster.endpoint.held", "reason", "admission") == 1);
      }
      // A socket that is not read does not tell that its client has gone.
      server.access.withdraw(new io.muster.ingest.access.Withdrawal.OfEverybody());
      await().until(() -> gauge(server, "muster.endpoint.held", "reason", "admission") == 0);
    }
  }

  /** Who sees what is not read now asks how often that was: by the same words. */
  @Test
  void callsTheReasonsForWhichSocketsAreNotReadTheSameEverywhere() {
    try (var server = TestEndpoint.start()) {
      assertEquals(
          reasons(server, "muster.endpoint.pauses"), reasons(server, "muster.endpoint.held"));
      assertTrue(reasons(server, "muster.endpoint.held").contains("in-flight"));
    }
  }

  private static Set<String> reasons(TestEndpoint server, String meter) {
    var reasons = new TreeSet<String>();
    server.meters.get(meter).meters().forEach(it -> reasons.add(it.getId().getTag("reason")));
    return reasons;
  }

  @ParameterizedTest
  @EnumSource(ProtocolVersion.class)
  void countsSubscriptionsByOutcomeThoughMqtt3ClientsAreNotTold(ProtocolVersion version) {
    try (var server = TestEndpoint.start("down.max-subscriptions", "1");
        var client = RawClient.connected(server, version)) {
      client.subscribe(1, FILTER, 1).hear();
      client.subscribe(2, "telemetry/acme/boiler", 1).hear();
      client.subscribe(3, "$share/some/" + FILTER, 1).hear();
      client.subscribe(4, "command/acme/boiler/req/#/more", 1).hear();
      client.subscribe(5, "firmware/acme/boiler/notify", 1).hear();
      for (var outcome :
          Set.of(
              "granted",
              "not-authorized",
              "shared-subscriptions-not-supported",
              "topic-filter-invalid",
              "quota-exceeded")) {
        server.awaitCount(1, "muster.endpoint.subscriptions", "outcome", outcome);
      }
    }
  }

  @Test
  void countsASubscriptionThatIsNotStored() {
    try (var server = TestEndpoint.start();
        var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      server.sessions.away = true;
      client.subscribe(1, FILTER, 1).hear();
      server.awaitCount(1, "muster.endpoint.subscriptions", "outcome", "not-stored");
      assertEquals(0, server.count("muster.endpoint.subscriptions", "outcome", "granted"));
    }
  }

  @Test
  void countsMessagesAndBytesBothWays() {
    try (var server = TestEndpoint.start();
        var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, FILTER, 0).hear();
      client.publish(0, 0, "12345").publish(1, 1, "1234567").expect("40 02 0001");
      client.publish(2, 2, "12").expect("50 02 0002").send("62 02 0002").expect("70 02 0002");
      server.awaitCount(14, "muster.endpoint.received.bytes");
      server.awaitCount(1, "muster.endpoint.publishes", "qos", "0");
      server.awaitCount(1, "muster.endpoint.publishes", "qos", "1");
      server.awaitCount(1, "muster.endpoint.publishes", "qos", "2");
      server.deliver("command/acme/boiler/req//open", "123", 0);
      client.hear();
      server.awaitCount(3, "muster.endpoint.sent.bytes");
      server.awaitCount(1, "muster.endpoint.down", "outcome", "sent");
    }
  }

  @Test
  void showsWhatIsShedForWantOfMemoryStepByStep() {
    try (var server = TestEndpoint.start("up.memory-bytes", "200000", "up.window", "100")) {
      server.intake.hold();
      try (var client = RawClient.connected(server, MQTT_5)) {
        assertShedding(server);
        // Each is held with 256 bytes beside its payload.
        for (int i = 1; i <= 75; i++) {
          client.publish(1, i, "x".repeat(2_000 - 256));
        }
        await().until(() -> server.intake.offered.size() == 75);
        assertShedding(server, "qos0");
        assertFalse(server.endpoint.shedsReads());
        publish(client, 76, 80);
        await().until(() -> server.intake.offered.size() == 80);
        assertShedding(server, "qos0", "reads");
        assertTrue(server.endpoint.shedsReads());
        publish(client, 81, 90);
        await().until(() -> server.intake.offered.size() == 90);
        assertShedding(server, "qos0", "reads", "connections");
        publish(client, 91, 100);
        await().until(() -> server.intake.offered.size() == 100);
        await().until(() -> shedding(server).contains("reading"));
        server.intake.letGo();
        await().until(() -> shedding(server).isEmpty());
        assertFalse(server.endpoint.shedsReads());
        assertTrue(gauge(server, "muster.endpoint.buffers.bytes") > 0);
        assertTrue(gauge(server, "muster.endpoint.knocking.max.bytes") > 0);
      }
    }
  }

  private static void publish(RawClient client, int from, int to) {
    for (int i = from; i <= to; i++) {
      client.publish(1, i, "x".repeat(2_000 - 256));
    }
  }

  private static void assertShedding(TestEndpoint server, String... steps) {
    assertEquals(new TreeSet<>(Arrays.asList(steps)), shedding(server));
  }

  private static Set<String> shedding(TestEndpoint server) {
    var steps = new TreeSet<String>();
    server.meters.find("muster.endpoint.shedding").gauges().stream()
        .filter(it -> it.value() == 1)
        .map(Meter::getId)
        .forEach(id -> steps.add(id.getTag("step")));
    return steps;
  }

  @Test
  void noLabelNamesADeviceOrATenant() {
    try (var server = TestEndpoint.start();
        var client = RawClient.connected(server, MQTT_5)) {
      client.publish("telemetry/acme/other", 1, 1, "{}").hear();
      server.meters.getMeters().stream()
          .flatMap(meter -> meter.getId().getTags().stream())
          .forEach(
              tag ->
                  assertFalse(
                      tag.getValue().contains("acme") || tag.getValue().contains("boiler"),
                      tag::toString));
    }
  }
}
