package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.systemtests.devices.Observed;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.Http;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is done at the registry has its effect on connections at every replica, soon, and on nobody
 * else's.
 */
@ExtendWith(SharedStack.class)
class WithdrawnIT {
  /**
   * A moment, and five seconds at most where nothing else is done; a busy machine may take longer.
   * Without a word of the registry it would be a minute.
   */
  private static final Duration AT_MOST = Duration.ofSeconds(30);

  /** Of a token; the longer ones are for a machine that stands still for the shorter one's time. */
  private static final List<Duration> SHORT_LIVES =
      List.of(Duration.ofSeconds(5), Duration.ofSeconds(30));

  /** {@code muster.registry.device-tokens.clock-skew}. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  private final RunningStack stack;

  WithdrawnIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void aDisabledDevicesConnectionsEnd() {
    var tenant = stack.newTenant();
    var device = stack.newDevice(tenant, "disabled");
    var url = stack.devices(tenant) + "/disabled";
    endsThoseOf(
        device,
        stack.newDevice(tenant, "sibling"),
        () -> stack.http().send("PATCH", url, stack.tokens().admin(), "{\"enabled\":false}"),
        200);
  }

  @Test
  void aDeletedDevicesConnectionsEnd() {
    var tenant = stack.newTenant();
    var device = stack.newDevice(tenant, "deleted");
    var url = stack.devices(tenant) + "/deleted";
    endsThoseOf(
        device,
        stack.newDevice(tenant, "sibling"),
        () -> stack.http().send("DELETE", url, stack.tokens().admin(), null),
        204);
  }

  @Test
  void theConnectionsOfASuspendedTenantsDevicesEnd() {
    var tenant = stack.newTenant();
    var device = stack.newDevice(tenant, "suspended");
    var url = stack.registry() + "/api/v1/tenants/" + tenant;
    endsThoseOf(
        device,
        stack.newDevice(stack.newTenant(), "other"),
        () -> stack.http().send("PATCH", url, stack.tokens().admin(), "{\"suspended\":true}"),
        200);
  }

  /** Not withdrawn, and over all the same. */
  @Test
  void aConnectionEndsWithItsToken() throws JoseException {
    var device = stack.newDevice(stack.newTenant(), "over");
    var signer = new DeviceToken(stack, device.address());
    for (var life : SHORT_LIVES) {
      var end = Instant.now().plus(life).truncatedTo(ChronoUnit.SECONDS);
      var connection = connect(device, signer, end);
      if (connection.isPresent()) {
        assertEndsAt(end, connection.get(), device);
        return;
      }
    }
    throw new AssertionError("not connected within " + SHORT_LIVES);
  }

  /** With a token that ends then, and a reading; empty when the end came before. */
  private Optional<Observed> connect(TestDevice device, DeviceToken signer, Instant end)
      throws JoseException {
    // Devices' clocks may be a minute off, so it is taken for as long as that after its end.
    var seconds = end.minus(CLOCK_SKEW).getEpochSecond();
    var token =
        signer.mint(
            claims -> {
              claims.setIssuedAt(NumericDate.fromSeconds(seconds - 1));
              claims.setExpirationTime(NumericDate.fromSeconds(seconds));
            });
    try {
      var connection = Observed.connect(device.withPassword(token), "", stack.endpointPort(1));
      publish(connection.client(), device);
      return Optional.of(connection);
    } catch (RuntimeException failed) {
      if (Instant.now().isBefore(end)) {
        throw failed;
      }
      return Optional.empty();
    }
  }

  private void assertEndsAt(Instant end, Observed connection, TestDevice device) {
    await().atMost(SHORT_LIVES.getLast().plus(AT_MOST)).until(connection.ended()::isDone);
    assertEquals(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED, connection.ended().join());
    assertFalse(Instant.now().isBefore(end), "before its end");
    assertThrows(Mqtt5ConnAckException.class, () -> connection.client().connect());
    assertTrue(stack.store().readings(device.address()) > 0, "nothing is stored");
  }

  /** Those of the device at both replicas, and none of the other. */
  private void endsThoseOf(
      TestDevice device, TestDevice other, Supplier<Http.Answer> withdrawal, int status) {
    var connections =
        List.of(
            Observed.connect(device, "", stack.endpointPort(1)),
            Observed.connect(device, ":more", stack.endpointPort(2)));
    var untouched = Observed.connect(other, "", stack.endpointPort(2));
    withdrawal.get().expect(status);
    await().atMost(AT_MOST).until(() -> connections.stream().allMatch(it -> it.ended().isDone()));
    for (var connection : connections) {
      assertEquals(Mqtt5DisconnectReasonCode.ADMINISTRATIVE_ACTION, connection.ended().join());
      assertThrows(Mqtt5ConnAckException.class, () -> connection.client().connect());
    }
    publish(untouched.client(), other);
    assertEquals(1, stack.store().readings(other.address()));
    untouched.client().disconnect();
  }

  private static void publish(Mqtt5BlockingClient client, TestDevice device) {
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{\"n\":1}".getBytes(StandardCharsets.UTF_8))
        .send();
  }
}
