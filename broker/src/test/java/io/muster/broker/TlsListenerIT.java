package io.muster.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listener with a certificate. */
class TlsListenerIT {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final Map<String, KeyStore> MADE = new HashMap<>();

  @TempDir Path folder;

  /** One broker shows both, since it takes seconds to start. */
  @Test
  void servesOverTlsWithPemFilesAndWithRenewedOnesWithoutARestart() throws Exception {
    var first = keyStore("one");
    var renewed = keyStore("another");
    write(first, first);
    try (var issuer = new TestIssuer()) {
      var httpPort = BrokerProcess.freePort();
      var settings = new HashMap<>(environment(issuer));
      settings.put("MUSTER_BROKER_HTTP_PORT", Integer.toString(httpPort));
      try (var broker = new Broker(BrokerSettings.of(settings))) {
        showsRenewedOnes(broker, issuer, httpPort, first, renewed);
      }
    }
  }

  private void showsRenewedOnes(
      Broker broker, TestIssuer issuer, int httpPort, KeyStore first, KeyStore renewed)
      throws Exception {
    var port = broker.start();
    var before = client(port, issuer.token("ingest"), trust(first));
    before.connect();
    assertTrue(before.getState().isConnected());
    var plain = Services.client(port, issuer, "ingest", 1);
    assertThrows(ConnectionClosedException.class, plain::connect);
    assertEquals(end(first), toldEnd(httpPort));
    assertTrue(
        PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("data").resolve("conf")))
            .endsWith("------"));
    // As tools do that replace one file after the other.
    write(renewed, first);
    write(renewed, renewed);
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> connects(port, issuer, trust(renewed)));
    assertTrue(before.getState().isConnected());
    assertFalse(connects(port, issuer, trust(first)));
    assertEquals(end(renewed), toldEnd(httpPort));
    before.disconnect();
  }

  private static long end(KeyStore store) throws Exception {
    var certificate = (X509Certificate) store.getCertificate("broker");
    return certificate.getNotAfter().toInstant().getEpochSecond();
  }

  /** What the metric says. */
  private static long toldEnd(int httpPort) throws Exception {
    var series = "muster_service_certificate_expiry_seconds{of=\"server\"} ";
    try (var http = HttpClient.newHttpClient()) {
      var address = URI.create("http://127.0.0.1:" + httpPort + "/q/metrics");
      var answer =
          http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofLines());
      var line = answer.body().filter(each -> each.startsWith(series)).findFirst().orElseThrow();
      return (long) Double.parseDouble(line.substring(series.length()));
    }
  }

  @Test
  void withAnAuthorityForClientsAServiceNeedsACertificateOfItBesideItsToken() throws Exception {
    var server = keyStore("one");
    var known = keyStore("another");
    write(server, server);
    var authority = pem("clients.pem", "CERTIFICATE", known.getCertificate("broker").getEncoded());
    try (var issuer = new TestIssuer()) {
      var settings = new HashMap<>(environment(issuer));
      settings.put("MUSTER_BROKER_TLS_CLIENT_AUTHORITY", authority.toString());
      try (var broker = new Broker(BrokerSettings.of(settings))) {
        var port = broker.start();
        var token = issuer.token("ingest");
        assertTrue(isLetIn(showing(known, port, token, trust(server))));
        assertFalse(isLetIn(showing(keyStore("stranger"), port, token, trust(server))));
        assertFalse(isLetIn(client(port, token, trust(server))));
        assertFalse(isLetIn(showing(known, port, "no token", trust(server))));
      }
    }
  }

  @Test
  void anAuthorityForClientsNeedsACertificateOfItsOwn() {
    var settings =
        Map.of(
            "MUSTER_BROKER_DATA", folder.resolve("data").toString(),
            "MUSTER_SERVICE_ISSUER", "http://127.0.0.1:1/services",
            "MUSTER_BROKER_TLS_CLIENT_AUTHORITY", folder.toString());
    assertThrows(WrongSettingException.class, () -> BrokerSettings.of(settings));
  }

  /** The server's no may come while the client already sends, or as the answer to its CONNECT. */
  private static boolean isLetIn(Mqtt5BlockingClient client) {
    try {
      client.connect();
    } catch (ConnectionFailedException | ConnectionClosedException | Mqtt5ConnAckException no) {
      return false;
    }
    client.disconnect();
    return true;
  }

  private static Mqtt5BlockingClient showing(
      KeyStore own, int port, String token, TrustManagerFactory trust) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    return client(port, token, trust, "service:ingest:0", keys);
  }

  private boolean connects(int port, TestIssuer issuer, TrustManagerFactory trust)
      throws Exception {
    var client = client(port, issuer.token("ingest"), trust, "service:ingest:1");
    try {
      client.connect();
    } catch (ConnectionFailedException untrusted) {
      return false;
    }
    client.disconnect();
    return true;
  }

  private Map<String, String> environment(TestIssuer issuer) {
    return Map.of(
        "MUSTER_BROKER_PORT", "0",
        "MUSTER_BROKER_DATA", folder.resolve("data").toString(),
        "MUSTER_SERVICE_ISSUER", issuer.address().toString(),
        "MUSTER_BROKER_TLS_CERTIFICATE", folder.resolve("certificate.pem").toString(),
        "MUSTER_BROKER_TLS_KEY", folder.resolve("key.pem").toString());
  }

  private void write(KeyStore certificate, KeyStore key) throws Exception {
    pem("certificate.pem", "CERTIFICATE", certificate.getCertificate("broker").getEncoded());
    pem("key.pem", "PRIVATE KEY", key.getKey("broker", PASSWORD).getEncoded());
  }

  @Test
  void saysWhenTheKeyIsThatOfAnotherCertificate() throws Exception {
    write(keyStore("one"), keyStore("another"));
    try (var issuer = new TestIssuer();
        var broker = new Broker(BrokerSettings.of(environment(issuer)))) {
      var wrong = assertThrows(WrongSettingException.class, broker::start);
      assertTrue(wrong.getMessage().contains("key.pem"), wrong.getMessage());
    }
  }

  @Test
  void saysWhenCertificateAndKeyAreSomethingElse() throws Exception {
    var certificate =
        pem(
            "certificate.pem",
            "CERTIFICATE",
            keyStore("one").getCertificate("broker").getEncoded());
    var notAKey = Files.writeString(folder.resolve("key.pem"), "none");
    var settings =
        BrokerSettings.of(
            Map.of(
                "MUSTER_BROKER_DATA", folder.resolve("data").toString(),
                "MUSTER_SERVICE_ISSUER", "http://127.0.0.1:1/services",
                "MUSTER_BROKER_TLS_CERTIFICATE", certificate.toString(),
                "MUSTER_BROKER_TLS_KEY", notAKey.toString()));
    try (var broker = new Broker(settings)) {
      var wrong = assertThrows(WrongSettingException.class, broker::start);
      assertTrue(wrong.getMessage().contains("key.pem"), wrong.getMessage());
    }
  }

  private Path pem(String file, String label, byte[] der) throws Exception {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        folder.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label));
  }

  /**
   * The same for a name as before: the JDK has no public way but its tool, which takes a second.
   */
  private KeyStore keyStore(String name) throws Exception {
    var store = MADE.get(name);
    if (store == null) {
      // One ends on another day than the others.
      store = made(folder.resolve(name + ".p12"), MADE.size() + 2);
      MADE.put(name, store);
    }
    return store;
  }

  private static KeyStore made(Path file, int days) throws Exception {
    var tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                Integer.toString(days),
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(tool.waitFor(2, TimeUnit.MINUTES) && tool.exitValue() == 0);
    return KeyStore.getInstance(file.toFile(), PASSWORD);
  }

  private static TrustManagerFactory trust(KeyStore store) throws Exception {
    var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("broker", store.getCertificate("broker"));
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory;
  }

  private static Mqtt5BlockingClient client(int port, String token, TrustManagerFactory trust) {
    return client(port, token, trust, "service:ingest:0");
  }

  private static Mqtt5BlockingClient client(
      int port, String token, TrustManagerFactory trust, String identifier) {
    return client(port, token, trust, identifier, null);
  }

  /**
   * @param own shown when the server asks; null for none
   */
  private static Mqtt5BlockingClient client(
      int port, String token, TrustManagerFactory trust, String identifier, KeyManagerFactory own) {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("127.0.0.1")
        .serverPort(port)
        .identifier(identifier)
        .simpleAuth()
        .username("service:ingest")
        .password(token.getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth()
        .sslConfig()
        .trustManagerFactory(trust)
        .keyManagerFactory(own)
        .handshakeTimeout(60, TimeUnit.SECONDS)
        .applySslConfig()
        .buildBlocking();
  }
}
