package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.localstack.tls.LocalAuthority;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices behind a load balancer that names them (PROXY protocol, version 2). */
@Timeout(180)
class ProxyProtocolTest {
  private static final String SIGNATURE = "0D0A0D0A 00 0D0A 'QUIT' 0A ";
  private static final String OF_THE_PROXY = SIGNATURE + "20 00 0000";

  private static TestEndpoint start(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "proxy-protocol", "required",
                "proxy-protocol.trusted", "10.0.0.0/8, 127.0.0.0/8",
                "proxy-protocol.timeout", "1m"));
    settings.addAll(List.of(more));
    return TestEndpoint.start(settings.toArray(String[]::new));
  }

  /** Of 203.0.113.x. */
  private static String header(int host) {
    return SIGNATURE + "21 11 000C CB0071%02X 7F000001 D431 075B".formatted(host);
  }

  private static double refused(TestEndpoint server, String reason) {
    return server.count("muster.endpoint.connects", "outcome", reason);
  }

  @Test
  void takesTheAddressThatTheHeaderNames() {
    try (var server = start();
        var client = RawClient.open(server, MQTT_5)) {
      client.send(header(7)).send(ConnectPacket.of(MQTT_5).bytes());
      client.expectConnAck(ReasonCode.SUCCESS);
      client.publish(1, 1, "{}").expect("40 02 0001");
      assertEquals("203.0.113.7", server.access.lastRemoteAddress);
    }
  }

  @Test
  void takesAHeaderThatComesByteByByteAndOneThatComesWithAllElse() {
    try (var server = start();
        var slow = RawClient.open(server, MQTT_5);
        var quick = RawClient.open(server, MQTT_5)) {
      for (var next : WireBytes.of(header(7))) {
        slow.send(new byte[] {next});
      }
      slow.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      quick.send(
          WireBytes.joined(
              WireBytes.of(header(8)),
              ConnectPacket.of(MQTT_5).device("b").bytes(),
              WireBytes.of("C0 00")));
      quick.expectConnAck(ReasonCode.SUCCESS);
      quick.expect("D0 00");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"20 00 0000", "20 11 0002 FFFF", "21 00 0000", "21 00 0003 010203"})
  void takesTheProxysOwnAddressWhenItNamesNobody(String rest) {
    try (var server = start();
        var client = RawClient.open(server, MQTT_5)) {
      client.send(SIGNATURE + rest).send(ConnectPacket.of(MQTT_5).bytes());
      client.expectConnAck(ReasonCode.SUCCESS);
      assertEquals("127.0.0.1", server.access.lastRemoteAddress);
    }
  }

  @Test
  void countsPlacesByTheAddressThatTheHeaderNames() {
    try (var server = start("connections.most-knocking-per-address", "1");
        var one = RawClient.open(server, MQTT_5).send(header(7));
        var another = RawClient.open(server, MQTT_5).send(header(7))) {
      await().until(() -> refused(server, "knocking") == 1);
      await().until(() -> server.gauge("muster.endpoint.knocking") == 1);
      try (var other = RawClient.open(server, MQTT_5).send(header(8))) {
        other.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      }
      one.close();
      another.close();
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      try (var again = RawClient.open(server, MQTT_5).send(header(7))) {
        again.send(ConnectPacket.of(MQTT_5).device("b").bytes()).expectConnAck(ReasonCode.SUCCESS);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10 0E \"MQTT\" 05 02 003C 00 0000", // no header at all
        "'PROXY TCP4 203.0.113.7 127.0.0.1 54321 1883' 0D0A",
        "0D0A0D0A FF",
        SIGNATURE + "31 11 000C CB007107 7F000001 D431 075B",
        SIGNATURE + "21 12 000C CB007107 7F000001 D431 075B",
        SIGNATURE + "21 11 FFFF CB007107",
        SIGNATURE + "21 11 0004 CB007107",
        SIGNATURE + "21 11 0010 CB007107 7F000001 D431 075B 04 0009 00"
      })
  void closesWhatDoesNotBeginWithAHeader(String bytes) {
    try (var server = start();
        var client = RawClient.open(server, MQTT_5)) {
      client.send(bytes).expectEnd();
      await().until(() -> refused(server, "proxy-header") == 1);
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0D0A", SIGNATURE, SIGNATURE + "21 11 000C CB007107"})
  void closesWhoseHeaderDoesNotComeInTime(String begin) {
    try (var server = start("proxy-protocol.timeout", "200ms");
        var client = RawClient.open(server, MQTT_5)) {
      client.send(begin).expectEnd();
      await().until(() -> refused(server, "proxy-header") == 1);
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
    }
  }

  @Test
  void boundsHowManyHaveNotSaidWhoseTheyAre() {
    try (var server = start("connections.most-knocking", "1");
        var first = RawClient.open(server, MQTT_5)) {
      await().until(() -> server.gauge("muster.endpoint.knocking") == 1);
      try (var second = RawClient.open(server, MQTT_5)) {
        second.expectEnd();
      }
      await().until(() -> refused(server, "knocking") == 1);
      first.close();
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
    }
  }

  /** A balancer that only looks whether somebody listens. */
  @Test
  void saysNothingOfAConnectionThatGoesWithoutAWord() {
    try (var server = start()) {
      RawClient.open(server, MQTT_5).close();
      RawClient.open(server, MQTT_5).send(OF_THE_PROXY).close();
      try (var client = RawClient.open(server, MQTT_5).send(header(7))) {
        client.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      }
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      assertEquals(0, refused(server, "proxy-header"));
    }
  }

  @Test
  void closesWhoComesFromElsewhereBeforeItSaysAnything() {
    try (var server =
            TestEndpoint.start(
                "proxy-protocol", "required", "proxy-protocol.trusted", "10.0.0.0/8,fd00::/8");
        var client = RawClient.open(server, MQTT_5)) {
      client.expectEnd();
      await().until(() -> refused(server, "proxy-untrusted") == 1);
      assertEquals(0, server.gauge("muster.endpoint.knocking"));
    }
  }

  @Test
  void withoutTheSettingAHeaderIsAMalformedPacket() {
    try (var server = TestEndpoint.start();
        var client = RawClient.open(server, MQTT_5)) {
      client.send(header(7)).expectEnd();
      assertEquals(0, refused(server, "proxy-header"));
    }
  }

  @Test
  void keepsNothingOfHeadersThatAreWrong() {
    try (var server = start()) {
      var before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      for (int i = 0; i < 50; i++) {
        try (var client = RawClient.open(server, MQTT_5)) {
          client.send(
              SIGNATURE + "21 11 0016 CB007107 7F000001 D431 075B 04 0002 0000 04 0009 0000");
          client.expectEnd();
        }
      }
      await().until(() -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() <= before);
    }
  }

  @Test
  void saysAtStartThatNobodyIsTrusted() {
    var nobody =
        assertThrows(
            IllegalStateException.class, () -> TestEndpoint.start("proxy-protocol", "required"));
    assertTrue(nobody.getMessage().contains("muster.endpoint.proxy-protocol.trusted"));
    var name =
        assertThrows(IllegalStateException.class, () -> start("proxy-protocol.trusted", "proxy"));
    assertTrue(name.getMessage().contains("'proxy'"), name::getMessage);
  }

  @Test
  void webSocketComesAfterTheHeader() throws IOException {
    try (var server = start();
        var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      var out = socket.getOutputStream();
      out.write(WireBytes.of(header(7)));
      out.write(
          """
          GET /mqtt HTTP/1.1\r
          Host: localhost\r
          Upgrade: websocket\r
          Connection: Upgrade\r
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
          Sec-WebSocket-Version: 13\r
          Sec-WebSocket-Protocol: mqtt\r
          \r
          """
              .getBytes(US_ASCII));
      socket.setSoTimeout(60_000);
      var answer = new String(socket.getInputStream().readNBytes(12), US_ASCII);
      assertEquals("HTTP/1.1 101", answer);
    }
  }

  @Test
  void tlsComesAfterTheHeader(@TempDir Path folder) throws Exception {
    var authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    var trustsAnybody = SSLContext.getInstance("TLS");
    trustsAnybody.init(null, new TrustManager[] {new Trusting()}, null);
    try (var server =
            start(
                "tls.port", "0",
                "tls.certificate", authority.serverCertificate().toString(),
                "tls.key", authority.serverKey().toString());
        var plain = new Socket("127.0.0.1", server.endpoint.tlsPort())) {
      plain.getOutputStream().write(WireBytes.of(header(7)));
      var secure =
          (SSLSocket)
              trustsAnybody
                  .getSocketFactory()
                  .createSocket(plain, "localhost", plain.getPort(), true);
      secure.startHandshake();
      try (var client = RawClient.over(secure, MQTT_5)) {
        client.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      }
      assertEquals("203.0.113.7", server.access.lastRemoteAddress);
    }
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException(Arrays.toString(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      // It is not the certificate that is tested.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
