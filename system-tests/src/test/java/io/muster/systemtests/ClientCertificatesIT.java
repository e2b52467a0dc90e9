package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device with a certificate instead of a password, as the guide shows it. */
@ExtendWith(SharedStack.class)
class ClientCertificatesIT {
  private static final long PATIENCE_SECONDS = 30;

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
  void aRevokedCertificatesConnectionEndsWithinFiveSeconds() throws Exception {
    certificate = DeviceCertificate.make(folder, "EC");
    var credential = certificate.register(stack, device);
    var ended = new AtomicReference<Throwable>();
    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("localhost")
            .serverPort(stack.endpointTlsPort())
            .identifier(device.clientIdentifier())
            .sslConfig()
            .trustManagerFactory(Trust.of(stack.authority()))
            .keyManagerFactory(certificate.keys())
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
