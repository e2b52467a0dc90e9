package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hardware that nobody registered gets an identity, over MQTT and over REST. */
@ExtendWith(SharedStack.class)
class ProvisioningIT {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final RunningStack stack;
  private Fleet fleet;

  ProvisioningIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeAFleet() {
    fleet = new Fleet(stack);
  }

  @Test
  void overMqttADeviceAskingTwiceIsTheSameUsesNothingUpAndSends() throws Exception {
    var newcomer = new Newcomer(fleet.tenant(), "AB1");
    var claim = fleet.claim(1, Duration.ofHours(1));
    String token;
    try (var call = call(claim.path("token").asText())) {
      var first = call.ask(newcomer.request());
      assertEquals(200, first.path("status").asInt(), first::toString);
      assertEquals("serial-AB1", first.path("device").asText());
      var second = call.ask(newcomer.request());
      assertEquals(first.path("credential"), second.path("credential"));
      token = second.path("token").path("token").asText();
    }
    // After a while, with a connection of its own, and over REST.
    try (var call = call(claim.path("token").asText())) {
      assertEquals(200, call.ask(newcomer.request()).path("status").asInt());
    }
    newcomer.ask(stack, claim.path("token").asText()).expect(200);
    var view = fleet.url("/claim-tokens/" + claim.path("id").asText());
    assertEquals(1, stack.http().get(view, fleet.admin()).json().path("uses").asInt());
    fleet.send(new TestDevice(device(), token), "1.5");
    fleet.send(new TestDevice(device(), newcomer.ownToken()), "2.5");
    assertEquals(2, stack.store().readings(device()));
  }

  @Test
  void overMqtt311ItIsTheSame() throws Exception {
    var newcomer = new Newcomer(fleet.tenant(), "AB1");
    var random = UUID.randomUUID().toString();
    var topic = "provision/" + fleet.tenant() + "/" + random;
    var answers = new LinkedBlockingQueue<byte[]>();
    var client =
        new MqttAsyncClient(
            "tcp://127.0.0.1:" + stack.endpointPort(2),
            fleet.tenant() + ":provision:" + random,
            new MemoryPersistence());
    client.connect(options(fleet.claimToken(1))).waitForCompletion(PATIENCE_MILLIS);
    client
        .subscribe(topic + "/res", 1, (name, message) -> answers.add(message.getPayload()))
        .waitForCompletion(PATIENCE_MILLIS);
    var request = newcomer.request().getBytes(StandardCharsets.UTF_8);
    client.publish(topic + "/req", request, 1, false).waitForCompletion(PATIENCE_MILLIS);
    var answer = new ObjectMapper().readTree(answers.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    assertEquals(200, answer.path("status").asInt(), answer::toString);
    client.disconnect().waitForCompletion(PATIENCE_MILLIS);
    client.close();
    fleet.send(new TestDevice(device(), newcomer.ownToken()), "1.5");
  }

  private MqttConnectOptions options(String claim) {
    var options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setUserName("provision@" + fleet.tenant());
    options.setPassword(claim.toCharArray());
    options.setCleanSession(true);
    return options;
  }

  @Test
  void aThiefGetsNothingUntilAnOperatorApprovesAndThenTheSameConnectionDoes() throws Exception {
    var device = new Newcomer(fleet.tenant(), "AB1");
    var other = new Newcomer(fleet.tenant(), "AB1");
    var claim = fleet.claimToken(5);
    try (var call = call(claim)) {
      assertEquals(200, call.ask(device.request()).path("status").asInt());
    }
    try (var call = call(claim)) {
      var refused = call.ask(other.request());
      assertEquals(409, refused.path("status").asInt());
      assertEquals(
          "urn:muster:problem:provisioning-approval-needed", refused.path("type").asText());
      assertThrows(
          Mqtt5ConnAckException.class,
          () -> fleet.client(new TestDevice(device(), other.ownToken())).client().connect());
      fleet.send(new TestDevice(device(), device.ownToken()), "1.5");
      fleet.approve();
      assertEquals(200, call.ask(other.request()).path("status").asInt());
    }
    fleet.send(new TestDevice(device(), other.ownToken()), "2.5");
  }

  @Test
  void aThiefWithTheClaimTokenAndTheSerialNumberGetsNothingOverRest() throws Exception {
    var device = new Newcomer(fleet.tenant(), "AB1");
    var thief = new Newcomer(fleet.tenant(), "AB1");
    var claim = fleet.claimToken(5);
    device.ask(stack, claim).expect(200);
    thief.ask(stack, claim).expect(409);
    assertThrows(
        Mqtt5ConnAckException.class,
        () -> fleet.client(new TestDevice(device(), thief.ownToken())).client().connect());
    fleet.send(new TestDevice(device(), device.ownToken()), "1.5");
  }

  @Test
  void aClaimTokenThatIsUsedUpMakesNoOtherDevice() throws Exception {
    var claim = fleet.claimToken(1);
    try (var call = call(claim)) {
      assertEquals(
          200, call.ask(new Newcomer(fleet.tenant(), "AB1").request()).path("status").asInt());
      var refused = call.ask(new Newcomer(fleet.tenant(), "AB2").request());
      assertEquals(429, refused.path("status").asInt());
      assertEquals("urn:muster:problem:limit-reached", refused.path("type").asText());
    }
    stack.http().get(stack.devices(fleet.tenant()) + "/serial-AB2", fleet.admin()).expect(404);
  }

  @Test
  void aClaimTokenThatIsOverRevokedOrAnotherTenantsLetsNobodyIn() throws Exception {
    var brief = fleet.briefClaimToken();
    var revoked = fleet.claim(1, Duration.ofHours(1));
    try (var call = call(revoked.path("token").asText())) {
      var url = fleet.url("/claim-tokens/" + revoked.path("id").asText());
      stack.http().send("DELETE", url, fleet.admin(), null).expect(204);
      // Also of who is connected already.
      var told = call.ask(new Newcomer(fleet.tenant(), "AB1").request());
      assertEquals(401, told.path("status").asInt());
      await().atMost(PATIENCE).until(() -> !call.client().getState().isConnected());
    }
    assertRefused(revoked.path("token").asText());
    assertRefused(new Fleet(stack).claimToken(1));
    await().atMost(PATIENCE).untilAsserted(() -> assertRefused(brief));
    stack.http().get(stack.devices(fleet.tenant()) + "/serial-AB1", fleet.admin()).expect(404);
  }

  @Test
  void nothingElseIsOpenToIt() throws Exception {
    var device = stack.newDevice(fleet.tenant(), "sensor-1");
    try (var call = call(fleet.claimToken(1))) {
      for (var filter :
          new String[] {
            "command/" + device.address() + "/req/#",
            "provision/" + fleet.tenant() + "/other/res",
            "shadow/" + device.address() + "/get"
          }) {
        assertThrows(
            Mqtt5SubAckException.class,
            () -> call.client().subscribeWith().topicFilter(filter).send());
      }
      assertThrows(
          RuntimeException.class, () -> Fleet.publish(call.client(), device.address(), "1.5"));
      await().atMost(PATIENCE).until(() -> !call.client().getState().isConnected());
    }
    assertEquals(0, stack.store().readings(device.address()));
  }

  @Test
  void whileTheRegistryStandsStillItIsToldToComeAgain() throws Exception {
    var newcomer = new Newcomer(fleet.tenant(), "AB1");
    var claim = fleet.claimToken(1);
    try (var call = call(claim)) {
      try (var _ = stack.processes().freeze("registry")) {
        var told = call.ask(newcomer.request());
        assertEquals(503, told.path("status").asInt(), told::toString);
        var refused = assertThrows(Mqtt5ConnAckException.class, () -> call(claim));
        assertEquals(
            Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE, refused.getMqttMessage().getReasonCode());
      }
      // What the registry did with the first one does not matter: it is the same device.
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () -> assertEquals(200, call.ask(newcomer.request()).path("status").asInt()));
    }
    fleet.send(new TestDevice(device(), newcomer.ownToken()), "1.5");
  }

  private void assertRefused(String claim) {
    var refused = assertThrows(Mqtt5ConnAckException.class, () -> call(claim));
    assertEquals(
        Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, refused.getMqttMessage().getReasonCode());
  }

  private ProvisioningCall call(String claim) {
    return ProvisioningCall.connect(stack, fleet.tenant(), claim);
  }

  private DeviceAddress device() {
    return fleet.address("serial-AB1");
  }
}
