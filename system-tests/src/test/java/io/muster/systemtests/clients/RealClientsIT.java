package io.muster.systemtests.clients;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.systemtests.clients.Login.Scheme;
import io.muster.systemtests.clients.RealClient.Received;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client libraries of others, unchanged, as devices against the running stack. */
@ExtendWith(SharedStack.class)
class RealClientsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  RealClientsIT(RunningStack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @EnumSource
  void publishesAtEveryQos(Library library) throws Exception {
    var device = newDevice();
    try (var client = library.newClient()) {
      assertFalse(client.connect(login(device, library)));
      for (var qos = 0; qos <= 2; qos++) {
        client.publish(device.telemetry(), "{\"qos\":" + qos + "}", qos);
      }
    }
    await().atMost(SOON).until(() -> stack.store().readings(device.address()) == 3);
  }

  @ParameterizedTest
  @EnumSource
  void hearsAtEveryQos(Library library) throws Exception {
    var device = newDevice();
    try (var client = library.newClient()) {
      client.connect(login(device, library));
      for (var qos = 0; qos <= 2; qos++) {
        // To the same filter again: it takes the place of the one before.
        assertEquals(qos, client.subscribe(requests(device), qos));
        tell(device, qos);
        assertEquals(Optional.of(told(device, qos)), client.receive(SOON));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void leavesItsWillWhenItsConnectionIsCut(Library library) throws Exception {
    var device = newDevice();
    var listener = new ServiceAccount(stack, "registry", 940);
    listener.subscribeAndLeave("presence/+/+");
    try (var cable = new Cable(port(library.scheme()));
        var client = library.newClient()) {
      var login = Login.of(device, library.scheme(), cable.port());
      client.connect(login.withWill("{\"online\":false}"));
      cable.cut();
      var wills =
          listener.collect(
              message -> message.getTopic().toString().equals(login.presence()), 1, SOON);
      assertEquals(1, wills.size());
      assertEquals("{\"online\":false}", new String(wills.getFirst().getPayloadAsBytes()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesItsSessionUpAgain(Library library) throws Exception {
    var device = newDevice();
    try (var cable = new Cable(port(library.scheme()))) {
      var login = Login.of(device, library.scheme(), cable.port()).keepingTheSession();
      try (var before = library.newClient()) {
        assertFalse(before.connect(login), "a session that never was");
        before.subscribe(requests(device), 1);
        cable.cut();
      }
      try (var after = library.newClient()) {
        assertTrue(after.connect(login), "the session that it left");
        tell(device, 1);
        assertEquals(Optional.of(told(device, 1)), after.receive(SOON));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectsOverTls(Library library) throws Exception {
    var device = newDevice();
    var login = Login.of(device, Scheme.TLS, stack.endpointTlsPort());
    try (var client = library.newClient()) {
      client.connect(login.trusting(stack.authority()));
      client.publish(device.telemetry(), "{\"n\":1}", 1);
    }
    assertEquals(1, stack.store().readings(device.address()));
  }

  @ParameterizedTest
  @EnumSource
  void connectsWithACertificateAlone(Library library, @TempDir Path folder) throws Exception {
    var device = newDevice();
    var certificate = DeviceCertificate.make(folder, "EC");
    certificate.register(stack, device);
    var login = Login.of(device, Scheme.TLS, stack.endpointTlsPort()).trusting(stack.authority());
    try (var client = library.newClient()) {
      client.connect(login.showing(certificate));
      client.publish(device.telemetry(), "{\"n\":1}", 1);
    }
    assertEquals(1, stack.store().readings(device.address()));
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedWithAWrongSecret(Library library) throws Exception {
    var stranger = newDevice().withPassword("not-the-secret");
    try (var client = library.newClient()) {
      assertThrows(Exception.class, () -> client.connect(login(stranger, library)));
    }
  }

  private TestDevice newDevice() {
    return stack.newDevice(stack.newTenant(), "real-1");
  }

  private Login login(TestDevice device, Library library) {
    return Login.of(device, library.scheme(), port(library.scheme()));
  }

  private int port(Scheme scheme) {
    return switch (scheme) {
      case TCP -> stack.endpointPort(1);
      case TLS -> stack.endpointTlsPort();
      case WEBSOCKET -> stack.endpointWebSocketPort();
      case WEBSOCKET_TLS -> throw new IllegalArgumentException("off here: see WebSocketTlsIT");
    };
  }

  private static String requests(TestDevice device) {
    return "command/" + device.address() + "/req/#";
  }

  private void tell(TestDevice device, int qos) {
    var told = told(device, qos);
    new ServiceAccount(stack, "command", 941)
        .publish(told.topicName(), told.payload(), MqttQos.fromCode(qos));
  }

  /** What is told at the QoS that was granted. */
  private static Received told(TestDevice device, int qos) {
    var topicName = "command/" + device.address() + "/req/" + qos + "/reboot";
    return new Received(topicName, "{\"delay\":5}", qos);
  }
}
