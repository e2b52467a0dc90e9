package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.FactoryAuthority;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How devices come to what they show, and lose it, with a real client at the endpoint. */
@ExtendWith(SharedStack.class)
class IdentityIT {
  private static final Duration AT_ONCE = Duration.ofSeconds(5);

  private final RunningStack stack;
  private final AtomicReference<Throwable> ended = new AtomicReference<>();

  @TempDir Path folder;
  private TenantId tenant;

  IdentityIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeATenant() {
    tenant = stack.newTenant();
  }

  @Test
  void aDeviceIsProvisionedTwiceAndIsTheSameAndSends() throws Exception {
    var newcomer = new Newcomer(tenant, "AB1");
    var claim = claimToken(1);
    var first = newcomer.ask(stack, claim).expect(200).json();
    var second = newcomer.ask(stack, claim).expect(200).json();
    assertEquals(first.path("device"), second.path("device"));
    assertEquals(first.path("credential"), second.path("credential"));
    var address = DeviceAddress.of(tenant.value(), "serial-AB1");
    send(new TestDevice(address, first.path("token").path("token").asText()), "1.5");
    send(new TestDevice(address, newcomer.ownToken()), "2.5");
    assertEquals(2, stack.store().readings(address));
  }

  @Test
  void aThiefWithTheClaimTokenAndTheSerialNumberGetsNothing() throws Exception {
    var device = new Newcomer(tenant, "AB1");
    var thief = new Newcomer(tenant, "AB1");
    var claim = claimToken(5);
    device.ask(stack, claim).expect(200);
    thief.ask(stack, claim).expect(409);
    var address = DeviceAddress.of(tenant.value(), "serial-AB1");
    var refused = client(new TestDevice(address, thief.ownToken()));
    assertThrows(Mqtt5ConnAckException.class, refused::connect);
    send(new TestDevice(address, device.ownToken()), "1.5");
  }

  @Test
  void anApprovedKeyTakesTheDeviceOverAndTheOldConnectionEnds() throws Exception {
    var before = new Newcomer(tenant, "AB1");
    var claim = claimToken(5);
    before.ask(stack, claim).expect(200);
    var address = DeviceAddress.of(tenant.value(), "serial-AB1");
    client(new TestDevice(address, before.ownToken())).connect();
    var after = new Newcomer(tenant, "AB1");
    after.ask(stack, claim).expect(409);
    var requests = api("/provisioning-requests");
    var request = stack.http().get(requests, admin()).expect(200).json().path("items").path(0);
    stack
        .http()
        .post(requests + "/" + request.path("id").asText() + "/approve", admin(), "{}")
        .expect(204);
    assertEndedForGood();
    after.ask(stack, claim).expect(200);
    send(new TestDevice(address, after.ownToken()), "1.5");
  }

  @Test
  void aTokenOpensTheEndpointAndEndsWithTheSecretThatItWasGotWith() throws Exception {
    var device = stack.newDevice(tenant, "sensor-1");
    var token =
        Newcomer.basic(
                stack,
                stack.registry() + "/api/v1/device/token",
                device.userName(),
                device.password(),
                "{}")
            .expect(200)
            .json()
            .path("token")
            .asText();
    send(device.withPassword(token), "1.5");
    client(device.withPassword(token)).connect();
    var credentials = stack.credentials(device.address());
    var secret = stack.http().get(credentials, admin()).json().path("items").path(0).path("id");
    stack.http().send("DELETE", credentials + "/" + secret.asText(), admin(), null).expect(204);
    assertEndedForGood();
    assertThrows(Mqtt5ConnAckException.class, () -> client(device.withPassword(token)).connect());
  }

  @Test
  void aSecretIsRotatedWithoutAnInterruption() throws Exception {
    var device = stack.newDevice(tenant, "sensor-1");
    var credentials = stack.credentials(device.address());
    var next = stack.http().post(credentials, admin(), "{\"kind\":\"secret\"}").expect(201).json();
    send(device, "1.5");
    send(device.withPassword(next.path("secret").asText()), "2.5");
    var old = stack.http().get(credentials, admin()).json().path("items").path(0).path("id");
    stack.http().send("DELETE", credentials + "/" + old.asText(), admin(), null).expect(204);
    await()
        .atMost(AT_ONCE)
        .untilAsserted(
            () -> assertThrows(Mqtt5ConnAckException.class, () -> client(device).connect()));
    send(device.withPassword(next.path("secret").asText()), "3.5");
    assertEquals(3, stack.store().readings(device.address()));
  }

  @Test
  void anAuthoritysDeviceIsMadeWhenItConnectsAndItsConnectionEndsWithTheAuthority()
      throws Exception {
    var factory = FactoryAuthority.make(folder);
    var authority = factory.register(stack, tenant);
    var certificate = factory.device("lamp-7");
    var address = DeviceAddress.of(tenant.value(), "lamp-7");
    var client =
        watched(
                MqttClient.builder()
                    .useMqttVersion5()
                    .serverHost("localhost")
                    .serverPort(stack.endpointTlsPort())
                    .identifier(tenant + ":lamp-7")
                    .sslConfig()
                    .trustManagerFactory(Trust.of(stack.authority()))
                    .keyManagerFactory(certificate.keys())
                    .applySslConfig())
            .buildBlocking();
    client.connect();
    publish(client, address, "1.5");
    assertEquals(1, stack.store().readings(address));
    stack.http().get(stack.devices(tenant) + "/lamp-7", admin()).expect(200);
    stack.http().send("DELETE", authority, admin(), null).expect(204);
    assertEndedForGood();
    assertThrows(Mqtt5ConnAckException.class, client::connect);
  }

  private void send(TestDevice device, String value) {
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    publish(client, device.address(), value);
    client.disconnect();
  }

  private static void publish(Mqtt5BlockingClient client, DeviceAddress device, String value) {
    client
        .publishWith()
        .topic("telemetry/" + device)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(("{\"temperature\":" + value + "}").getBytes(StandardCharsets.UTF_8))
        .send();
  }

  private Mqtt5BlockingClient client(TestDevice device) {
    return watched(device.mqtt5Builder(stack.endpointPort(1))).buildBlocking();
  }

  private Mqtt5ClientBuilder watched(Mqtt5ClientBuilder builder) {
    return builder.addDisconnectedListener(context -> ended.set(context.getCause()));
  }

  private void assertEndedForGood() {
    await().atMost(AT_ONCE).until(() -> ended.get() instanceof Mqtt5DisconnectException);
    var told = (Mqtt5DisconnectException) ended.get();
    assertEquals(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED, told.getMqttMessage().getReasonCode());
  }

  private String claimToken(int uses) {
    var body =
        "{\"maxUses\":%d,\"notAfter\":\"%s\"}".formatted(uses, Instant.now().plusSeconds(3600));
    return stack
        .http()
        .post(api("/claim-tokens"), admin(), body)
        .expect(201)
        .json()
        .path("token")
        .asText();
  }

  private String api(String path) {
    return stack.registry() + "/api/v1/tenants/" + tenant + path;
  }

  private String admin() {
    return stack.tokens().admin();
  }
}
