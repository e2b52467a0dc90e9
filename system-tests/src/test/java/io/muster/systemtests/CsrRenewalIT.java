package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.Fleet.Watched;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.SigningRequest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A device gets its certificate from the installation's own authority, and renews it in time. */
@ExtendWith(SharedStack.class)
class CsrRenewalIT {
  private final RunningStack stack;

  @TempDir Path folder;
  private Fleet fleet;
  private TestDevice device;

  CsrRenewalIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    fleet = new Fleet(stack);
    device = stack.newDevice(fleet.tenant(), "lamp-7");
  }

  @Test
  void aCertificateIsGotWithASecretRenewedWithItsOwnKeyAndBothConnectMeanwhile() throws Exception {
    var first = SigningRequest.make(folder, "first");
    var got = renew(device.password(), first).expect200();
    var old = connect(first.certificate(got.path("certificate").asText()));
    send(old, "1.5");

    var next = SigningRequest.make(folder, "next");
    var renewed = renew(first.token(device.userName()), next).expect200();
    var fresh = connect(next.certificate(renewed.path("certificate").asText()));
    send(fresh, "2.5");
    // The one before is still good: the device changes over when it wants to.
    send(old, "3.5");
    assertEquals(3, stack.store().readings(address()));

    var credentials = stack.credentials(address());
    var url = credentials + "/" + got.path("credential").asText();
    stack.http().send("DELETE", url, fleet.admin(), null).expect(204);
    old.assertEndedForGood();
    assertThrows(Mqtt5ConnAckException.class, old.client()::connect);
    send(fresh, "4.5");
    fresh.client().disconnect();
  }

  @Test
  void whoHasTheCertificateAndNotItsKeyRenewsNothing() throws Exception {
    var first = SigningRequest.make(folder, "first");
    var got = renew(device.password(), first).expect200();
    first.certificate(got.path("certificate").asText());
    var thief = SigningRequest.make(folder, "thief");
    var proof = thief.tokenWithTheChainOf(first, device.userName());
    assertEquals(401, renew(proof, thief).status());
    var another = stack.newDevice(fleet.tenant(), "lamp-8");
    assertEquals(401, renew(first.token(another.userName()), first).status());
  }

  /** What came back. */
  private record Renewal(int status, JsonNode body) {
    JsonNode expect200() {
      assertEquals(200, status, body::toString);
      return body;
    }
  }

  private Renewal renew(String password, SigningRequest request) throws Exception {
    var answer =
        Newcomer.basic(
            stack,
            stack.registry() + "/api/v1/device/certificate",
            device.userName(),
            password,
            new ObjectMapper().writeValueAsString(Map.of("csr", request.pem())));
    return new Renewal(answer.status(), answer.json());
  }

  private Watched connect(DeviceCertificate certificate) throws Exception {
    var connected =
        Watched.of(
            MqttClient.builder()
                .useMqttVersion5()
                .serverHost("localhost")
                .serverPort(stack.endpointTlsPort())
                .identifier(fleet.tenant() + ":lamp-7:" + certificate.key().getFileName())
                .sslConfig()
                .trustManagerFactory(Trust.of(stack.authority()))
                .keyManagerFactory(certificate.keys())
                .applySslConfig());
    connected.client().connect();
    return connected;
  }

  private void send(Watched connected, String value) {
    Fleet.publish(connected.client(), address(), value);
  }

  private DeviceAddress address() {
    return device.address();
  }
}
