package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device with a certificate instead of a password, as the guide shows it. */
@ExtendWith(SharedStack.class)
class ClientCertificatesIT {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final long PATIENCE_SECONDS = 30;

  private final RunningStack stack;
  private final ObjectMapper json = new ObjectMapper();

  @TempDir Path folder;
  private TestDevice device;

  ClientCertificatesIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    CommandLineTools.require("openssl", "mosquitto_pub");
    device = stack.newDevice(stack.newTenant(), "sensor-1");
  }

  @ParameterizedTest
  @CsvSource({
    "mqttv311, tlsv1.2, EC",
    "mqttv311, tlsv1.3, RSA",
    "mqttv5, tlsv1.2, ED25519",
    "mqttv5, tlsv1.3, EC"
  })
  void aDeviceSendsAReading(String version, String tls, String key) throws Exception {
    register(makeCertificate(key));
    assertEquals(0, publish(version, tls, device.clientIdentifier()));
    assertEquals(1, stack.store().readings(device.address()));
    assertNotEquals(0, publish(version, tls, "demo:another"));
    assertEquals(1, stack.store().readings(device.address()));
  }

  @Test
  void aRevokedCertificatesConnectionEndsWithinFiveSeconds() throws Exception {
    var credential = register(makeCertificate("EC"));
    var ended = new AtomicReference<Throwable>();
    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("localhost")
            .serverPort(stack.endpointTlsPort())
            .identifier(device.clientIdentifier())
            .sslConfig()
            .trustManagerFactory(trust())
            .keyManagerFactory(keys())
            .applySslConfig()
            .addDisconnectedListener(context -> ended.set(context.getCause()))
            .buildBlocking();
    client.connect();
    stack.http().send("DELETE", credential, stack.tokens().admin(), null).expect(204);
    await().atMost(Duration.ofSeconds(5)).until(() -> ended.get() != null);
    var told = (Mqtt5DisconnectException) ended.get();
    assertEquals(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED, told.getMqttMessage().getReasonCode());
    assertNotEquals(0, publish("mqttv5", "tlsv1.3", device.clientIdentifier()));
    assertEquals(0, stack.store().readings(device.address()));
  }

  /** Makes {@code device.crt} and {@code device.key}, which nobody has signed but the device. */
  private Path makeCertificate(String key) throws Exception {
    var certificate = folder.resolve("device.crt");
    var command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "2"));
    command.addAll(
        switch (key) {
          case "EC" -> List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
          case "RSA" -> List.of("-newkey", "rsa:2048");
          default -> List.of("-newkey", key);
        });
    command.addAll(
        List.of(
            "-subj",
            "/CN=sensor-1",
            "-keyout",
            folder.resolve("device.key").toString(),
            "-out",
            certificate.toString()));
    assertEquals(0, run(command));
    return certificate;
  }

  /** Gives the URL of the credential. */
  private String register(Path certificate) throws IOException {
    var body = Map.of("kind", "certificate", "certificate", Files.readString(certificate));
    var credentials = stack.credentials(device.address());
    var created =
        stack
            .http()
            .post(credentials, stack.tokens().admin(), json.writeValueAsString(body))
            .expect(201)
            .json();
    assertEquals("CN=sensor-1", created.path("subject").asText());
    return credentials + "/" + created.path("id").asText();
  }

  private int publish(String version, String tls, String clientIdentifier) throws Exception {
    return run(
        List.of(
            "mosquitto_pub",
            "-h",
            "localhost",
            "-p",
            Integer.toString(stack.endpointTlsPort()),
            "--cafile",
            stack.authority().toString(),
            "--tls-version",
            tls,
            "--cert",
            folder.resolve("device.crt").toString(),
            "--key",
            folder.resolve("device.key").toString(),
            "-V",
            version,
            "-i",
            clientIdentifier,
            // What AWS' SDK has there.
            "-u",
            "?SDK=Test&Version=1",
            "-q",
            "1",
            "-t",
            device.telemetry(),
            "-m",
            "{\"temperature\":21.5}"));
  }

  private static int run(List<String> command) throws Exception {
    var output = File.createTempFile("tool", ".out");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), command.getFirst() + " hangs");
    return process.exitValue();
  }

  private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var pem = Files.newInputStream(stack.authority())) {
      store.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    return trust;
  }

  private KeyManagerFactory keys() throws Exception {
    var file = folder.resolve("device.p12");
    assertEquals(
        0,
        run(
            List.of(
                "openssl",
                "pkcs12",
                "-export",
                "-in",
                folder.resolve("device.crt").toString(),
                "-inkey",
                folder.resolve("device.key").toString(),
                "-passout",
                "pass:" + new String(PASSWORD),
                "-out",
                file.toString())));
    var store = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    return keys;
  }
}
