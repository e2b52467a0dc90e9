package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever does not belong is refused, and that is logged and counted. */
@ExtendWith(SharedStack.class)
class StrangersIT {
  private static final String CONNECTS = "muster_endpoint_connects_total";
  private static final String ACCEPTED = "outcome=\"accepted\"";
  private static final Duration SOON = Duration.ofSeconds(15);

  private final RunningStack stack;

  StrangersIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void aStrangerIsRefused() {
    var tenant = stack.newTenant();
    var stranger = new TestDevice(DeviceAddress.of(tenant.value(), "stranger"), "x".repeat(43));
    assertRefusedAtEndpoint(stranger);
  }

  @Test
  void aWrongSecretIsRefused() {
    var device = stack.newDevice(stack.newTenant(), "forgetful");
    assertRefusedAtEndpoint(device.withPassword("x".repeat(43)));
    connect(device).disconnect();
  }

  @Test
  void aDeviceOfAnotherTenantIsRefused() {
    var device = stack.newDevice(stack.newTenant(), "twin");
    var twin = stack.newDevice(stack.newTenant(), "twin");
    assertRefusedAtEndpoint(new TestDevice(twin.address(), device.password()));
  }

  @Test
  void aClientIdentifierOfAnotherDeviceIsRefused() {
    var tenant = stack.newTenant();
    var victim = stack.newDevice(tenant, "victim");
    var thief = stack.newDevice(tenant, "thief");
    var connected = connect(victim);
    var client =
        thief
            .mqtt5Builder(stack.endpointPort(1))
            .identifier(victim.clientIdentifier())
            .buildBlocking();
    assertThrows(Mqtt5ConnAckException.class, client::connect);
    assertTrue(connected.getState().isConnected());
    connected.disconnect();
  }

  @Test
  void aDisabledDeviceIsThrownOutAndRefused() {
    var device = stack.newDevice(stack.newTenant(), "retired");
    var connected = connect(device);
    var url = stack.devices(device.address().tenant()) + "/" + device.address().device();
    stack.http().send("PATCH", url, stack.tokens().admin(), "{\"enabled\":false}").expect(200);
    await().atMost(SOON).until(() -> !connected.getState().isConnected());
    assertRefusedAtEndpoint(device);
  }

  @Test
  void aPersonsTokenIsRefusedAtTheEndpoint() {
    var device = stack.newDevice(stack.newTenant(), "impersonated");
    assertRefusedAtEndpoint(device.withPassword(stack.tokens().admin()));
  }

  @Test
  void aViewersTokenIsRefusedWhereItWouldWrite() {
    var tenant = stack.newTenant();
    var viewer = stack.tokens().person("viewer", tenant.value());
    stack.http().get(stack.devices(tenant), viewer).expect(200);
    assertRefusedByRegistry(
        403, () -> stack.http().post(stack.devices(tenant), viewer, "{\"id\":\"d\"}").status());
    assertEquals(
        403,
        stack
            .http()
            .post(
                stack.ingest(1)
                    + "/api/v1/tenants/"
                    + tenant
                    + "/dead-letters/00000000-0000-0000-0000-000000000000/replay",
                viewer,
                null)
            .status());
  }

  @Test
  void aPersonOfAnotherTenantIsRefused() {
    var tenant = stack.newTenant();
    var other = stack.tokens().person("admin", stack.newTenant().value());
    assertRefusedByRegistry(403, () -> stack.http().get(stack.devices(tenant), other).status());
  }

  @Test
  void aDevicesTokenIsRefusedAtTheApi() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "signing");
    var token = new DeviceToken(stack, device.address()).mint();
    connect(device.withPassword(token)).disconnect();
    for (var url :
        new String[] {
          stack.devices(device.address().tenant()),
          stack.ingest(1) + "/api/v1/tenants/" + device.address().tenant() + "/dead-letters"
        }) {
      assertEquals(401, stack.http().get(url, token).status(), url);
      assertEquals(401, stack.http().get(url, null).status(), url);
    }
  }

  @Test
  void aPersonsTokenIsRefusedAtTheInternalApi() {
    var url = stack.registry() + "/internal/v1/events?after=0&limit=1";
    assertEquals(401, stack.http().get(url, stack.tokens().admin()).status());
    assertEquals(401, stack.http().get(url, null).status());
    stack.http().get(url, stack.tokens().service("ingest")).expect(200);
  }

  @Test
  void aDeviceIsRefusedAtTheBroker() {
    var device = stack.newDevice(stack.newTenant(), "astray");
    var client = device.mqtt5(stack.brokerPort()).toBlocking();
    var counter = "muster_broker_connections_refused_total";
    var before = stack.brokerMetrics().sum(counter, "reason=\"not-a-service\"");
    assertThrows(Mqtt5ConnAckException.class, client::connect);
    assertEquals(
        before + 1, stack.brokerMetrics().sum(counter, "reason=\"not-a-service\""), "not counted");
    assertLogged("broker", device.userName());
  }

  @Test
  void nobodyIsRefusedAtTheBrokerUnlessItIsAService() {
    var nobody =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.brokerPort())
            .identifier("nobody")
            .buildBlocking();
    assertThrows(Mqtt5ConnAckException.class, nobody::connect);
    var person =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.brokerPort())
            .identifier("service:registry:999")
            .simpleAuth()
            .username("service:registry")
            .password(stack.tokens().admin().getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    assertThrows(Mqtt5ConnAckException.class, person::connect);
    assertLogged("broker", "service:registry:999");
  }

  private Mqtt5BlockingClient connect(TestDevice device) {
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    return client;
  }

  private void assertRefusedAtEndpoint(TestDevice device) {
    var before = refusedConnects();
    var refused = assertThrows(Mqtt5ConnAckException.class, () -> connect(device));
    var code = refused.getMqttMessage().getReasonCode().getCode();
    assertTrue(code == 0x86 || code == 0x87, "reason code 0x" + Integer.toHexString(code));
    assertEquals(before + 1, refusedConnects(), "not counted");
    assertLogged(
        "ingest", device.clientIdentifier(), device.address().toString(), device.userName());
  }

  private double refusedConnects() {
    var metrics = stack.ingestMetrics(1);
    return metrics.sum(CONNECTS) - metrics.sum(CONNECTS, ACCEPTED);
  }

  private void assertRefusedByRegistry(int status, IntSupplier request) {
    var before = stack.registryMetrics().sum("muster_registry_problems_total");
    assertEquals(status, request.getAsInt());
    assertTrue(
        stack.registryMetrics().sum("muster_registry_problems_total") > before, "not counted");
  }

  /** The log names it in one of these forms. */
  private void assertLogged(String process, String... forms) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              var log = stack.log(process);
              return Arrays.stream(forms).anyMatch(log::contains);
            });
  }
}
