package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A tenant, its operator's calls, and what its devices do with a real client. */
final class Fleet {
  /**
   * A moment, and five seconds at most where nothing else is done; a busy machine may take longer.
   * Without a word of the registry it would be a minute.
   */
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  private final RunningStack stack;
  private final TenantId tenant;

  /**
   * A client that remembers how it ended.
   *
   * @param ended why it lost its connection; null while it did not
   */
  record Watched(Mqtt5BlockingClient client, AtomicReference<Throwable> ended) {

    /** Soon, told that it is not authorised. */
    void assertEndedForGood() {
      await().atMost(AT_ONCE).until(() -> ended.get() instanceof Mqtt5DisconnectException);
      var told = (Mqtt5DisconnectException) ended.get();
      assertEquals(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED, told.getMqttMessage().getReasonCode());
    }

    static Watched of(Mqtt5ClientBuilder builder) {
      var ended = new AtomicReference<Throwable>();
      var client =
          builder.addDisconnectedListener(context -> ended.set(context.getCause())).buildBlocking();
      return new Watched(client, ended);
    }
  }

  Fleet(RunningStack stack) {
    this.stack = stack;
    this.tenant = stack.newTenant();
  }

  TenantId tenant() {
    return tenant;
  }

  String admin() {
    return stack.tokens().admin();
  }

  /** Below the tenant. */
  String url(String path) {
    return stack.registry() + "/api/v1/tenants/" + tenant + path;
  }

  DeviceAddress address(String device) {
    return DeviceAddress.of(tenant.value(), device);
  }

  /** A claim token with so many uses; {@code token} is what devices show. */
  JsonNode claim(int uses, Duration lasts) {
    var body = claimBody(uses, lasts);
    return stack.http().post(url("/claim-tokens"), admin(), body).expect(201).json();
  }

  private static String claimBody(int uses, Duration lasts) {
    return "{\"maxUses\":%d,\"notAfter\":\"%s\"}".formatted(uses, Instant.now().plus(lasts));
  }

  String claimToken(int uses) {
    return claim(uses, Duration.ofHours(1)).path("token").asText();
  }

  /** One that is over soon; a little later where the machine stands still while it is made. */
  String briefClaimToken() {
    for (var lasts : List.of(Duration.ofSeconds(3), Duration.ofSeconds(30))) {
      var body = claimBody(1, lasts);
      var answer = stack.http().post(url("/claim-tokens"), admin(), body);
      if (answer.status() == 201) {
        return answer.json().path("token").asText();
      }
    }
    throw new AssertionError("over before it was made");
  }

  /** What waits for an operator, the first of it. */
  void approve() {
    var requests = url("/provisioning-requests");
    var first = stack.http().get(requests, admin()).expect(200).json().path("items").path(0);
    stack
        .http()
        .post(requests + "/" + first.path("id").asText() + "/approve", admin(), "{}")
        .expect(204);
  }

  Watched client(TestDevice device) {
    return Watched.of(device.mqtt5Builder(stack.endpointPort(1)));
  }

  /** Connects, sends one reading, and leaves. */
  void send(TestDevice device, String value) {
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    publish(client, device.address(), value);
    client.disconnect();
  }

  static void publish(Mqtt5BlockingClient client, DeviceAddress device, String value) {
    client
        .publishWith()
        .topic("telemetry/" + device)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(("{\"temperature\":" + value + "}").getBytes(StandardCharsets.UTF_8))
        .send();
  }
}
