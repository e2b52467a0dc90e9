package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.ingest.endpoint.packets.GeneratedPackets.Words;
import io.muster.localstack.tls.LocalAuthority;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Crowds of hostile clients on real sockets; when they have gone nothing is left of them. */
class LiveFuzzingTest {
  private static final long SEED = 4_711;
  private static final Words WORDS = Words.of("acme", "boiler", FakeAccess.SECRET);

  /** What garbage collection leaves more or less of, beside what was kept. */
  private static final long HEAP_NOISE_BYTES = 24L << 20;

  enum Over {
    TCP,
    TLS,
    WEBSOCKET
  }

  @TempDir Path folder;
  private TestEndpoint server;
  private TrustManagerFactory trust;
  private SSLContext trusting;

  @BeforeEach
  void start() throws IOException, GeneralSecurityException {
    var authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    server =
        TestEndpoint.start(
            "tls.port", "0",
            "tls.certificate", authority.serverCertificate().toString(),
            "tls.key", authority.serverKey().toString(),
            "connections.per-second", "1000000",
            "limits.device.connects-per-second", "0",
            "connections.most-per-device", "1000");
    trust = trust(authority);
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, trust.getTrustManagers(), null);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static TrustManagerFactory trust(LocalAuthority authority)
      throws IOException, GeneralSecurityException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var pem = Files.newInputStream(authority.authorityCertificate())) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    return trust;
  }

  @ParameterizedTest
  @EnumSource
  void aCrowdLeavesNothingBehind(Over over) throws Exception {
    stands(over, 300, 50);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void aLargeCrowdLeavesNothingBehind(Over over) throws Exception {
    stands(over, over == Over.TLS ? 3_000 : 12_000, 300);
  }

  private void stands(Over over, int clients, int atOnce) throws Exception {
    var crowd = new HostileCrowd(List.of(WORDS), connector(over), over == Over.WEBSOCKET);
    try (var errors = LoggedLines.from(Level.WARNING)) {
      // What is made once is made before the first look at the heap.
      crowd.run(SEED, clients / 3, atOnce);
      allIsGivenBack();
      var before = usedBytes();
      var heard = crowd.run(SEED + clients, clients, atOnce);
      assertTrue(heard > clients / 10, "only so many heard anything: " + heard);
      allIsGivenBack();
      var grown = usedBytes() - before;
      assertTrue(grown < HEAP_NOISE_BYTES, "the heap grew by " + (grown >> 20) + " MiB");
      assertEquals(List.of(), errors.lines());
    }
    honestlyServed(over);
    System.out.printf("%,d hostile clients over %s%n", clients, over);
  }

  private Callable<Socket> connector(Over over) {
    if (over != Over.TLS) {
      return () -> new Socket("127.0.0.1", port(over));
    }
    return () -> {
      var socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", port(over));
      socket.startHandshake();
      return socket;
    };
  }

  private void allIsGivenBack() {
    for (var held :
        List.of(
            "connections",
            "knocking",
            "paused",
            "in.flight",
            "memory.bytes",
            "knocking.bytes",
            "unread.bytes")) {
      await(held)
          .atMost(Duration.ofSeconds(60))
          .until(() -> server.gauge("muster.endpoint." + held) == 0);
    }
    assertEquals(0, server.count("muster.endpoint.disconnects", "reason", "server-error"));
    await("sessions")
        .atMost(Duration.ofSeconds(60))
        .until(() -> server.sessions.claims.size() == server.sessions.ends.size());
    server.intake.offered.clear();
    server.intake.letters.clear();
    server.intake.announcements.clear();
    server.sessions.claims.clear();
    server.sessions.ends.clear();
  }

  private static long usedBytes() {
    var runtime = Runtime.getRuntime();
    var least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private void honestlyServed(Over over) throws Exception {
    var builder =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(port(over))
            .identifier(TestEndpoint.CLIENT)
            .simpleAuth()
            .username(TestEndpoint.USER)
            .password(FakeAccess.SECRET.getBytes(UTF_8))
            .applySimpleAuth();
    var client =
        switch (over) {
          case TCP -> builder.buildBlocking();
          case TLS ->
              builder.sslConfig().trustManagerFactory(trust).applySslConfig().buildBlocking();
          case WEBSOCKET ->
              builder.webSocketConfig().serverPath("mqtt").applyWebSocketConfig().buildBlocking();
        };
    client.connect();
    client
        .publishWith()
        .topic(TestEndpoint.TELEMETRY)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{}".getBytes(UTF_8))
        .send();
    client.disconnect();
    assertEquals("{}", server.intake.offered.element().text());
  }

  private int port(Over over) {
    return switch (over) {
      case TCP -> server.port();
      case TLS -> server.endpoint.tlsPort();
      case WEBSOCKET -> server.webSocketPort();
    };
  }
}
