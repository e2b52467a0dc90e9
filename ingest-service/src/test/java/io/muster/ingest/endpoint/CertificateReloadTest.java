package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's certificate changes while devices are connected. */
class CertificateReloadTest {
  private static final String RELOADS = "muster.endpoint.tls.reloads";

  @TempDir Path folder;
  private TestCertificate first;
  private TestEndpoint server;

  /** As Kubernetes mounts a secret: links to links, of which one is turned over. */
  @BeforeEach
  void start() throws IOException {
    first = TestCertificate.usual().writeTo(folder.resolve("..one"));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..one"));
    for (var name : new String[] {"tls.crt", "tls.key"}) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
    }
    server =
        TestEndpoint.start(
            "tls.port",
            "0",
            "tls.certificate",
            folder.resolve("tls.crt").toString(),
            "tls.key",
            folder.resolve("tls.key").toString(),
            "tls.reload-interval",
            "100ms");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TestCertificate turnOver() throws IOException {
    var next = TestCertificate.later("RSA:2048").writeTo(folder.resolve("..two"));
    var link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..two"));
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    return next;
  }

  private Certificate shown(String protocol) throws IOException {
    try (var socket = new TlsClient(protocol, null).connect(server.endpoint.tlsPort())) {
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void newConnectionsGetTheNewOneAndOthersGoOn(String protocol) throws IOException {
    var tls = new TlsClient(protocol, null);
    try (var before = tls.knock(server, ConnectPacket.of(MQTT_5))) {
      before.expectConnAck(ReasonCode.SUCCESS);
      assertEquals(first.certificate(), shown(protocol));
      var next = turnOver();
      await().until(() -> shown(protocol).equals(next.certificate()));
      before.expectNothing();
      // With what it kept of its session, too.
      var again = ConnectPacket.of(MQTT_5).client("acme:boiler:2");
      try (var after = tls.knock(server, again)) {
        after.expectConnAck(ReasonCode.SUCCESS);
      }
      before.expectNothing();
    }
    await().until(() -> server.count(RELOADS, "outcome", "done") == 1);
    assertEquals(0, server.count(RELOADS, "outcome", "failed"));
  }

  @Test
  void showsWhenTheServedOneEnds() throws IOException {
    assertEquals(expiry(first), server.gauge("muster.endpoint.tls.certificate.expiry"));
    var next = turnOver();
    await().until(() -> server.gauge("muster.endpoint.tls.certificate.expiry") == expiry(next));
    assertEquals(next.certificate(), shown("TLSv1.3"));
  }

  private static double expiry(TestCertificate certificate) {
    return certificate.certificate().getNotAfter().toInstant().getEpochSecond();
  }

  @Test
  void keepsTheOldOneWhileTheNewOneIsBroken() throws IOException {
    Files.writeString(folder.resolve("..one").resolve("tls.crt"), "garbage");
    await().until(() -> server.count(RELOADS, "outcome", "failed") >= 2);
    assertEquals(first.certificate(), shown("TLSv1.3"));
    assertEquals(expiry(first), server.gauge("muster.endpoint.tls.certificate.expiry"));
    var next = turnOver();
    await().until(() -> shown("TLSv1.3").equals(next.certificate()));
  }
}
