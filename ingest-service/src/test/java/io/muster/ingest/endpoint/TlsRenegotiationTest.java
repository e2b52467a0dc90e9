package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.ingest.endpoint.session.EndReason;
import io.muster.localstack.tls.LocalAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import java.util.logging.Level;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsRenegotiationTest {
  private static final byte[] PING = {(byte) 0xC0, 0};

  @TempDir Path folder;
  private TestEndpoint server;
  private LocalAuthority authority;

  @BeforeEach
  void start() throws IOException {
    authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    server =
        TestEndpoint.start(
            "tls.port",
            "0",
            "tls.certificate",
            authority.serverCertificate().toString(),
            "tls.key",
            authority.serverKey().toString());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private SSLContext trusting() throws IOException, GeneralSecurityException {
    try (var pem = Files.newInputStream(authority.authorityCertificate())) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    }
  }

  private SSLSocket socket(SSLContext context, String protocol) throws IOException {
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", server.endpoint.tlsPort());
    socket.setEnabledProtocols(new String[] {protocol});
    return socket;
  }

  private static ProbeClient connected(SSLSocket socket) throws IOException {
    var client = ProbeClient.over(socket);
    client.send(ProbeClient.connect5(TestEndpoint.CLIENT, FakeAccess.SECRET));
    assertEquals(0x20, client.hear()[0]);
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void servesClientsThatShakeHandsOnceAlsoWhenTheyResume(String protocol) throws Exception {
    var context = trusting();
    for (int i = 0; i < 3; i++) {
      try (var client = connected(socket(context, protocol))) {
        assertEquals((byte) 0xD0, client.send(PING).hear()[0]);
      }
    }
  }

  @Test
  void closesAConnectionWhoseClientWantsAnotherHandshake() throws Exception {
    var socket = socket(trusting(), "TLSv1.2");
    try (var client = connected(socket);
        var log = LoggedLines.from(Level.INFO)) {
      socket.startHandshake();
      assertThrows(
          IOException.class,
          () -> {
            // It may hear why.
            for (int i = 0; i < 3; i++) {
              client.send(PING);
              client.hear();
            }
          });
      server.awaitEnd(EndReason.PROTOCOL_ERROR);
      assertEquals(
          List.of("INFO Connection ended: protocol-error (acme/boiler from 127.0.0.1)"),
          log.lines());
    }
  }
}
