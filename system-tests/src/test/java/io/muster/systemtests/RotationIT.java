package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.systemtests.Fleet.Watched;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.FactoryAuthority;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What devices show is exchanged without an interruption, and taken away while they are connected.
 */
@ExtendWith(SharedStack.class)
class RotationIT {
  /** Far less than the minute for which the endpoint remembers an answer of the registry. */
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  private final RunningStack stack;

  @TempDir Path folder;
  private Fleet fleet;

  RotationIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeAFleet() {
    fleet = new Fleet(stack);
  }

  @Test
  void anApprovedKeyTakesTheDeviceOverAndTheOldConnectionEnds() throws Exception {
    var before = new Newcomer(fleet.tenant(), "AB1");
    var claim = fleet.claimToken(5);
    before.ask(stack, claim).expect(200);
    var address = fleet.address("serial-AB1");
    var connected = fleet.client(new TestDevice(address, before.ownToken()));
    connected.client().connect();
    var after = new Newcomer(fleet.tenant(), "AB1");
    after.ask(stack, claim).expect(409);
    fleet.approve();
    connected.assertEndedForGood();
    after.ask(stack, claim).expect(200);
    fleet.send(new TestDevice(address, after.ownToken()), "1.5");
  }

  @Test
  void aTokenOpensTheEndpointAndEndsWithTheSecretThatItWasGotWith() throws Exception {
    var device = stack.newDevice(fleet.tenant(), "sensor-1");
    var token = ownToken(device);
    fleet.send(device.withPassword(token), "1.5");
    var connected = fleet.client(device.withPassword(token));
    connected.client().connect();
    var credentials = stack.credentials(device.address());
    var secret = stack.http().get(credentials, admin()).json().path("items").path(0).path("id");
    stack.http().send("DELETE", credentials + "/" + secret.asText(), admin(), null).expect(204);
    connected.assertEndedForGood();
    assertThrows(
        Mqtt5ConnAckException.class,
        () -> fleet.client(device.withPassword(token)).client().connect());
  }

  @Test
  void aSecretIsRotatedWithoutAnInterruption() {
    var device = stack.newDevice(fleet.tenant(), "sensor-1");
    var credentials = stack.credentials(device.address());
    var next = stack.http().post(credentials, admin(), "{\"kind\":\"secret\"}").expect(201).json();
    fleet.send(device, "1.5");
    fleet.send(device.withPassword(next.path("secret").asText()), "2.5");
    var old = stack.http().get(credentials, admin()).json().path("items").path(0).path("id");
    stack.http().send("DELETE", credentials + "/" + old.asText(), admin(), null).expect(204);
    await()
        .atMost(AT_ONCE)
        .untilAsserted(
            () ->
                assertThrows(
                    Mqtt5ConnAckException.class, () -> fleet.client(device).client().connect()));
    fleet.send(device.withPassword(next.path("secret").asText()), "3.5");
    assertEquals(3, stack.store().readings(device.address()));
  }

  @Test
  void connectionsOfAWithdrawnSigningKeysTokensEndAndNoOthers() throws Exception {
    var device = stack.newDevice(fleet.tenant(), "sensor-1");
    var other = stack.newDevice(fleet.tenant(), "sensor-2");
    var token = ownToken(device);
    var withToken = fleet.client(device.withPassword(token));
    withToken.client().connect();
    var withSecret = fleet.client(other);
    withSecret.client().connect();
    var key = keyOf(token);
    // Another instance has it in memory, too.
    assertEquals(key, keyOf(ownToken(stack.registry(2), device)));
    var keys = stack.registry() + "/api/v1/device-tokens/keys/";
    stack.http().send("DELETE", keys + key, admin(), null).expect(204);
    withToken.assertEndedForGood();
    assertThrows(
        Mqtt5ConnAckException.class,
        () -> fleet.client(device.withPassword(token)).client().connect());
    var set = stack.http().get(stack.registry() + "/api/v1/device-tokens/jwks.json", null);
    assertTrue(
        set.expect(200).json().path("keys").findValuesAsText("kid").stream()
            .noneMatch(key::equals));
    var next = ownToken(device);
    assertNotEquals(key, keyOf(next));
    assertNotEquals(key, keyOf(ownToken(stack.registry(2), device)));
    fleet.send(device.withPassword(next), "1.5");
    Fleet.publish(withSecret.client(), other.address(), "2.5");
    withSecret.client().disconnect();
    assertEquals(1, stack.store().readings(other.address()));
  }

  @Test
  void anAuthoritysDeviceIsMadeWhenItConnectsAndItsConnectionEndsWithTheAuthority()
      throws Exception {
    var factory = FactoryAuthority.make(folder);
    var authority = factory.register(stack, fleet.tenant());
    var certificate = factory.device("lamp-7");
    var address = fleet.address("lamp-7");
    var connected =
        Watched.of(
            MqttClient.builder()
                .useMqttVersion5()
                .serverHost("localhost")
                .serverPort(stack.endpointTlsPort())
                .identifier(fleet.tenant() + ":lamp-7")
                .sslConfig()
                .trustManagerFactory(Trust.of(stack.authority()))
                .keyManagerFactory(certificate.keys())
                .applySslConfig());
    connected.client().connect();
    Fleet.publish(connected.client(), address, "1.5");
    assertEquals(1, stack.store().readings(address));
    stack.http().get(stack.devices(fleet.tenant()) + "/lamp-7", admin()).expect(200);
    stack.http().send("DELETE", authority, admin(), null).expect(204);
    connected.assertEndedForGood();
    assertThrows(Mqtt5ConnAckException.class, connected.client()::connect);
  }

  private String ownToken(TestDevice device) throws Exception {
    return ownToken(stack.registry(), device);
  }

  private String ownToken(String registry, TestDevice device) throws Exception {
    return Newcomer.basic(
            stack, registry + "/api/v1/device/token", device.userName(), device.password(), "{}")
        .expect(200)
        .json()
        .path("token")
        .asText();
  }

  /** The {@code kid} of a token's header (RFC 7515 §4.1.4). */
  private static String keyOf(String token) throws IOException {
    var header = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
    return new ObjectMapper().readTree(header).path("kid").asText();
  }

  private String admin() {
    return fleet.admin();
  }
}
