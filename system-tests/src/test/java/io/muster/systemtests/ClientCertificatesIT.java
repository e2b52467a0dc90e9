package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device with a certificate instead of a password, as the guide shows it. */
@ExtendWith(SharedStack.class)
class ClientCertificatesIT {
  private static final long PATIENCE_SECONDS = 60;

  /**
   * A moment, and five seconds at most where nothing else is done; a busy machine may take longer.
   * Without a word of the registry it would be a minute.
   */
  private static final Duration AT_MOST = Duration.ofSeconds(30);

  /** Of a certificate; when it is over before it was used, one that lives longer is made. */
  private static final List<Duration> SHORT_LIVES =
      List.of(Duration.ofSeconds(6), Duration.ofSeconds(60));

  private final RunningStack stack;

  @TempDir Path folder;
  private TestDevice device;
  private DeviceCertificate certificate;

  ClientCertificatesIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    CommandLineTools.require("mosquitto_pub");
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
    certificate = DeviceCertificate.make(folder, key);
    certificate.register(stack, device);
    assertEquals(0, publish(version, tls, device.clientIdentifier()));
    assertEquals(1, stack.store().readings(device.address()));
    assertNotEquals(0, publish(version, tls, "demo:another"));
    assertEquals(1, stack.store().readings(device.address()));
  }

  @Test
  void aRevokedCertificatesConnectionEndsSoon() throws Exception {
    certificate = DeviceCertificate.make(folder, "EC");
    var credential = certificate.register(stack, device);
    var ended = new CompletableFuture<Throwable>();
    var client = client(ended);
    client.connect();
    stack.http().send("DELETE", credential, stack.tokens().admin(), null).expect(204);
    assertToldNotAuthorized(ended, AT_MOST);
    assertNotEquals(0, publish("mqttv5", "tlsv1.3", device.clientIdentifier()));
    assertEquals(0, stack.store().readings(device.address()));
  }

  @Test
  void aConnectionEndsWithItsCertificate() throws Exception {
    for (var life : SHORT_LIVES) {
      var end = Instant.now().plus(life).truncatedTo(ChronoUnit.SECONDS);
      if (endsWithItsCertificate(end)) {
        return;
      }
      makeADevice();
    }
    throw new AssertionError("not used within " + SHORT_LIVES);
  }

  /** False when the end came before the certificate was used. */
  private boolean endsWithItsCertificate(Instant end) throws Exception {
    var files = Files.createTempDirectory(folder, "ending");
    certificate = DeviceCertificate.endingAt(files, end);
    var ended = new CompletableFuture<Throwable>();
    var client = client(ended);
    try {
      certificate.register(stack, device);
      client.connect();
      assertEquals(0, publish("mqttv5", "tlsv1.3", device.clientIdentifier() + ":more"));
    } catch (RuntimeException | AssertionError failed) {
      if (Instant.now().isBefore(end)) {
        throw failed;
      }
      return false;
    }
    assertToldNotAuthorized(ended, SHORT_LIVES.getLast().plus(AT_MOST));
    assertFalse(Instant.now().isBefore(end), "before its end");
    var refused = assertThrows(Mqtt5ConnAckException.class, client::connect);
    assertEquals(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED, refused.getMqttMessage().getReasonCode());
    assertEquals(1, stack.store().readings(device.address()));
    return true;
  }

  /**
   * @param ended gets why the connection was lost
   */
  private Mqtt5BlockingClient client(CompletableFuture<Throwable> ended) throws Exception {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("localhost")
        .serverPort(stack.endpointTlsPort())
        .identifier(device.clientIdentifier())
        .sslConfig()
        .trustManagerFactory(Trust.of(stack.authority()))
        .keyManagerFactory(certificate.keys())
        .applySslConfig()
        .addDisconnectedListener(context -> ended.complete(context.getCause()))
        .buildBlocking();
  }

  private static void assertToldNotAuthorized(CompletableFuture<Throwable> ended, Duration within) {
    await().atMost(within).until(ended::isDone);
    var told = assertInstanceOf(Mqtt5DisconnectException.class, ended.join());
    assertEquals(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED, told.getMqttMessage().getReasonCode());
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
            certificate.certificate().toString(),
            "--key",
            certificate.key().toString(),
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
}
