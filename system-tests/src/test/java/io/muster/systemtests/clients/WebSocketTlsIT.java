package io.muster.systemtests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.FreePort;
import io.muster.systemtests.clients.Login.Scheme;
import io.muster.systemtests.clients.RealClient.Received;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.OwnReplica;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MQTT over WebSocket with TLS, which is off unless its port is set: with the npm package {@code
 * mqtt}, as a browser would.
 */
@ExtendWith(SharedStack.class)
@TestInstance(Lifecycle.PER_CLASS)
class WebSocketTlsIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final int port = FreePort.any();
  private final RunningStack stack;
  private OwnReplica replica;

  WebSocketTlsIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeAll
  void startAReplicaWithThePort() {
    CommandLineTools.require("node", "npm", "openssl");
    replica =
        OwnReplica.start(
            stack,
            "ingest-wss",
            Map.of("MUSTER_ENDPOINT_WEBSOCKET_TLS_PORT", Integer.toString(port)));
  }

  @AfterAll
  void stopIt() {
    if (replica != null) {
      replica.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void speaksBothWaysWithASecret(int version) throws Exception {
    var device = newDevice();
    var requests = "command/" + device.address() + "/req/#";
    var told = new Received("command/" + device.address() + "/req/1/reboot", "{}", 1);
    try (var client = new MqttJs(version)) {
      client.connect(login(device).trusting(stack.authority()));
      client.publish(device.telemetry(), "{\"n\":1}", 2);
      assertEquals(1, client.subscribe(requests, 1));
      new ServiceAccount(stack, "command", 9_041).publish(told.topicName(), told.payload());
      assertEquals(Optional.of(told), client.receive(SOON));
    }
    assertEquals(1, stack.store().readings(device.address()));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void letsInWithACertificateAlone(int version, @TempDir Path folder) throws Exception {
    var device = newDevice();
    var certificate = DeviceCertificate.make(folder, "EC");
    certificate.register(stack, device);
    try (var client = new MqttJs(version)) {
      client.connect(login(device).trusting(stack.authority()).showing(certificate));
      client.publish(device.telemetry(), "{\"n\":1}", 1);
    }
    assertEquals(1, stack.store().readings(device.address()));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void isNotBelievedByAClientThatDoesNotTrustItsAuthority(int version) throws Exception {
    try (var client = new MqttJs(version)) {
      var refused = assertThrows(IOException.class, () -> client.connect(login(newDevice())));
      assertTrue(refused.getMessage().contains("certificate"), refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void refusesACertificateThatNobodyKnows(int version, @TempDir Path folder) throws Exception {
    var stranger = DeviceCertificate.make(folder, "EC");
    var login = login(newDevice()).trusting(stack.authority()).showing(stranger);
    try (var client = new MqttJs(version)) {
      var refused = assertThrows(IOException.class, () -> client.connect(login));
      assertTrue(refused.getMessage().contains("Not authorized"), refused.getMessage());
    }
  }

  private TestDevice newDevice() {
    return stack.newDevice(stack.newTenant(), "browser-1");
  }

  private Login login(TestDevice device) {
    return Login.of(device, Scheme.WEBSOCKET_TLS, port);
  }
}
