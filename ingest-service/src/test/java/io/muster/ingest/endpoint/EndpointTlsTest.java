package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.localstack.tls.LocalAuthority;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.logging.Level;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT over TLS. */
class EndpointTlsTest {
  @TempDir Path folder;

  private LocalAuthority authority;

  private TestEndpoint start(String... more) throws IOException {
    authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    var settings = new ArrayList<String>(List.of(more));
    settings.addAll(
        List.of(
            "tls.port",
            "0",
            "tls.certificate",
            authority.serverCertificate().toString(),
            "tls.key",
            authority.serverKey().toString()));
    return TestEndpoint.start(settings.toArray(String[]::new));
  }

  private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var pem = Files.newInputStream(authority.authorityCertificate())) {
      var certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
      trusted.setCertificateEntry("authority", certificate);
    }
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(trusted);
    return factory;
  }

  private RawClient client(TestEndpoint server, String... protocols) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust().getTrustManagers(), null);
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.endpoint.tlsPort());
    socket.setEnabledProtocols(protocols);
    socket.startHandshake();
    return RawClient.over(socket, MQTT_5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void servesDevices(String protocol) throws Exception {
    try (var server = start();
        var client = client(server, protocol)) {
      client.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      client.publish(1, 1, "x".repeat(100_000)).expect("40 02 0001");
      assertEquals(100_000, server.intake.offered.element().publication().payload().length);
    }
  }

  private Mqtt5ClientBuilder realClient(int port) throws GeneralSecurityException, IOException {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("localhost")
        .serverPort(port)
        .sslConfig()
        .trustManagerFactory(trust())
        .applySslConfig()
        .identifier(TestEndpoint.CLIENT)
        .simpleAuth()
        .username(TestEndpoint.USER)
        .password(FakeAccess.SECRET.getBytes(UTF_8))
        .applySimpleAuth();
  }

  @Test
  void servesARealClientThatVerifiesTheHostName() throws Exception {
    try (var server = start()) {
      var client = realClient(server.endpoint.tlsPort()).buildBlocking();
      client.connect();
      client.publishWith().topic(TestEndpoint.TELEMETRY).qos(MqttQos.AT_LEAST_ONCE).send();
      client.disconnect();
      assertEquals(1, server.intake.offered.size());
    }
  }

  @Test
  void tellsAClientWhyItEnds() throws Exception {
    try (var server = start();
        var older = client(server, "TLSv1.3")) {
      older.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      try (var newer = RawClient.connected(server, MQTT_5)) {
        older.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
      }
    }
  }

  @Test
  void goesOnAfterItWasNotRead() throws Exception {
    try (var server = start("up.window-bytes", "65536");
        var client = client(server, "TLSv1.3")) {
      client.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      server.intake.hold();
      client.publish(1, 1, "x".repeat(66_000)).publish(1, 2, "x".repeat(66_000)).ping();
      // At the door it was not read either.
      await().until(() -> server.intake.offered.size() == 1);
      server.awaitPaused(1);
      assertEquals(1, server.intake.offered.size());
      server.intake.letGo();
      client.expect("40 02 0001");
      // Its second message waited in TLS records that had been read.
      while (client.hear().first() != 0xD0) {
        await().until(() -> server.intake.offered.size() == 2);
      }
      assertEquals(2, server.intake.offered.size());
    }
  }

  @Test
  void shakesHandsWithSoManyInASecond() throws Exception {
    var before = new ArrayList<Socket>();
    try (var server = start("tls.handshakes-per-second", "1")) {
      // One more each time: a machine at work may look only when those of before had their turn.
      await()
          .until(
              () -> {
                before.add(new Socket("127.0.0.1", server.endpoint.tlsPort()));
                return server.gauge("muster.endpoint.handshakes.waiting") >= 1;
              });
      RawClient.connected(server, MQTT_5).close();
      try (var patient = client(server, "TLSv1.3")) {
        patient.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      }
      assertEquals(0, server.gauge("muster.endpoint.handshakes.waiting"));
    } finally {
      for (var socket : before) {
        socket.close();
      }
    }
  }

  @Test
  void closesWhatIsNotTls() throws Exception {
    try (var server = start();
        var socket = new Socket("127.0.0.1", server.endpoint.tlsPort());
        var client = RawClient.over(socket, MQTT_5)) {
      client.send(ConnectPacket.of(MQTT_5).bytes());
      socket.getInputStream().readAllBytes();
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      server.awaitCount(1, "muster.endpoint.connects", "outcome", "tls");
      client(server, "TLSv1.3").close();
    }
  }

  /** Before there were extensions it was here that a client said what it speaks at best. */
  private static String clientHello(String version) {
    var groups = "000A 0006 0004 0017 001D";
    var signatures = "000D 0008 0006 0403 0804 0401";
    var points = "000B 0002 01 00";
    var body = version + "00".repeat(32) + "00 0008 C02B C02F C009 C013 01 00 001C";
    return "16 0301 0051 01 00004D " + body + groups + signatures + points;
  }

  private byte[] answerTo(TestEndpoint server, String clientHello) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.endpoint.tlsPort())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(WireBytes.of(clientHello));
      return socket.getInputStream().readNBytes(7);
    }
  }

  /** TLS 1.0 and 1.1 (RFC 8996), with what a client sends that knows nothing later. */
  @ParameterizedTest
  @ValueSource(strings = {"0301", "0302"})
  void refusesOlderVersions(String version) throws Exception {
    try (var server = start();
        var log = LoggedLines.from(Level.INFO)) {
      var answer = HexFormat.of().formatHex(answerTo(server, clientHello(version)));
      assertTrue(answer.startsWith("15"), "no alert: " + answer);
      assertTrue(answer.endsWith("00020246"), "not fatal, protocol_version: " + answer);
      await().until(() -> server.count("muster.endpoint.connects", "outcome", "tls") == 1);
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      assertEquals(
          List.of("INFO Connection closed before CONNECT: tls (a stranger from 127.0.0.1)"),
          log.lines());
      // The same of a version that is spoken is answered with ServerHello.
      assertEquals(0x16, answerTo(server, clientHello("0303"))[0]);
    }
  }

  @Test
  void closesWhoDoesNotFinishTheHandshake() throws Exception {
    try (var server = start("tls.handshake-timeout", "300ms");
        var socket = new Socket("127.0.0.1", server.endpoint.tlsPort());
        var client = RawClient.over(socket, MQTT_5)) {
      client.send("16 03 01");
      client.expectEnd();
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
    }
  }

  @Test
  void saysWhichFileCannotBeRead() {
    var error =
        assertThrows(
            IllegalStateException.class,
            () ->
                TestEndpoint.start(
                    "tls.port", "0", "tls.certificate", "/nowhere/server.pem", "tls.key", "/k"));
    assertTrue(error.getMessage().contains("/nowhere/server.pem"));
  }

  @Test
  void saysThatAFileIsNotWhatItShouldBe() throws Exception {
    var garbage = Files.writeString(folder.resolve("garbage.pem"), "garbage").toString();
    var error =
        assertThrows(
            IllegalStateException.class,
            () ->
                TestEndpoint.start(
                    "tls.port", "0", "tls.certificate", garbage, "tls.key", garbage));
    assertTrue(error.getMessage().contains("garbage.pem"));
  }

  @Test
  void saysThatWebSocketOverTlsNeedsACertificate() {
    var error =
        assertThrows(
            IllegalStateException.class, () -> TestEndpoint.start("websocket.tls-port", "0"));
    assertTrue(error.getMessage().contains("muster.endpoint.tls.certificate"), error::getMessage);
  }

  @Test
  void servesWebSocketOverTlsWithoutMqttOverTls() throws Exception {
    authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    try (var server =
        TestEndpoint.start(
            "tls.port",
            "-1",
            "websocket.tls-port",
            "0",
            "tls.certificate",
            authority.serverCertificate().toString(),
            "tls.key",
            authority.serverKey().toString())) {
      assertEquals(-1, server.endpoint.tlsPort());
      var client =
          realClient(server.endpoint.webSocketTlsPort())
              .webSocketConfig()
              .serverPath("mqtt")
              .applyWebSocketConfig()
              .buildBlocking();
      client.connect();
      client.publishWith().topic(TestEndpoint.TELEMETRY).qos(MqttQos.AT_LEAST_ONCE).send();
      client.disconnect();
      assertEquals(1, server.intake.offered.size());
    }
  }
}
