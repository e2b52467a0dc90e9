package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a channel trusts. The server answers CONNECT with CONNACK, and nothing else. */
class TlsTest {
  @TempDir Path folder;
  private TlsServer server;
  private Application application;

  @BeforeEach
  void start() {
    application = new Application("mqtts://127.0.0.1:1");
  }

  @AfterEach
  void stop() {
    application.close();
    if (server != null) {
      server.close();
    }
  }

  private Sender connect(String... attributes) {
    var all = new java.util.ArrayList<>(java.util.List.of(attributes));
    all.addAll(java.util.List.of("url", "mqtts://127.0.0.1:" + server.port(), "topic", "a/b"));
    return new Sender(application, "secure", all.toArray(String[]::new));
  }

  private String whyNotReady() {
    var report = application.connector().getReadiness().getChannels().getFirst();
    return report.isOk() || report.getMessage() == null ? "" : report.getMessage();
  }

  @Test
  void aCertificateOfATrustedAuthorityForTheHostIsAccepted() throws Exception {
    server = TlsServer.start(folder, "ip:127.0.0.1", false);
    connect("ca-file", server.certificate().toString());
    application.awaitReady();
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws Exception {
    server = TlsServer.start(folder, "dns:elsewhere.example", false);
    connect("ca-file", server.certificate().toString());
    Awaitility.await().until(() -> whyNotReady().contains("SSLHandshakeException"));
    assertEquals(0, server.connects());
  }

  @Test
  void theHostNameIsNotCheckedOnlyWhenToldSo() throws Exception {
    server = TlsServer.start(folder, "dns:elsewhere.example", false);
    connect("ca-file", server.certificate().toString(), "verify-hostname", "false");
    application.awaitReady();
  }

  @Test
  void aCertificateOfAnUnknownAuthorityIsRefused() throws Exception {
    server = TlsServer.start(folder, "ip:127.0.0.1", false);
    connect();
    Awaitility.await().until(() -> whyNotReady().contains("SSLHandshakeException"));
    assertEquals(0, server.connects());
  }

  @Test
  void theClientShowsItsCertificate() throws Exception {
    server = TlsServer.start(folder, "ip:127.0.0.1", true);
    connect(
        "ca-file",
        server.certificate().toString(),
        "client-certificate-file",
        server.certificate().toString(),
        "client-key-file",
        server.key().toString());
    application.awaitReady();
    assertTrue(server.connects() > 0);
  }

  @Test
  void aClientWithoutACertificateIsTurnedAwayWhereOneIsNeeded() throws Exception {
    server = TlsServer.start(folder, "ip:127.0.0.1", true);
    connect("ca-file", server.certificate().toString());
    Awaitility.await().until(() -> !whyNotReady().isEmpty() && server.refusals() > 0);
    assertEquals(0, server.connects());
  }
}
