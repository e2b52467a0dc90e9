package io.muster.command.inbox;

import static io.muster.command.Api.commands;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.Endpoint;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command's whole way: over the real broker to a device, and what is told of it back. */
@ServiceTest
class JourneyIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For a command that is sent once, however late the device's word on it comes. */
  private static final Map<String, String> ONCE =
      Map.of("minBackoff", "PT1H", "maxBackoff", "PT1H");

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @Inject MeterRegistry meters;
  CommandStack stack;
  private Endpoint endpoint;
  private Api api;
  private DeviceAddress device;

  @BeforeEach
  void makeADevice() {
    endpoint = stack.endpoint();
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    api = Api.as(stack.person("operator", device.tenant().value()));
  }

  @Test
  void aConnectedDeviceIsSentACommandAndAnswersIt() {
    endpoint.connect(device);
    var sent =
        api.request()
            .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
            .contentType("application/json")
            .body(
                Map.of(
                    "name", "set", "payload", Map.of("a", 1), "timeToLive", "PT1H", "retry", ONCE))
            .post(commands(device));
    var id = sent.<String>path("id");
    awaitState(id, "sent");
    var message = awaitReceived(1);
    assertEquals("command/" + device + "/req/" + id + "/set", message.getTopic().toString());
    assertEquals("{\"a\":1}", new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8));
    assertEquals("application/json", message.getContentType().orElseThrow().toString());
    assertTrue(Endpoint.property(message, "traceparent").contains(TRACE));
    var expiry = message.getMessageExpiryInterval().orElseThrow();
    assertTrue(expiry > 3_000 && expiry <= 3_600, "expires in " + expiry);
    endpoint.delivered(device, message);
    awaitState(id, "delivered");
    endpoint.answer(device, id, 202, "");
    awaitState(id, "accepted");
    endpoint.answer(device, id, 200, "{\"done\":true}");
    awaitState(id, "succeeded");
    api.read(device, id)
        .then()
        .body("steps.state", contains("queued", "sent", "delivered", "accepted", "succeeded"))
        .body("answer.status", equalTo(200))
        .body("answer.payload.done", equalTo(true))
        .body("attempts", equalTo(1))
        .body("finished", equalTo(true));
  }

  @Test
  void whatWaitsForAnAbsentDeviceIsSentInOrderWhenItIsThere() {
    List<String> expected = new ArrayList<>();
    for (var i = 0; i < 10; i++) {
      expected.add(api.sent(device, Map.of("name", "n" + i, "retry", ONCE)) + "/n" + i);
    }
    assertEquals(List.of(), endpoint.received(device));
    endpoint.connect(device);
    for (var i = 0; i < 10; i++) {
      var count = i + 1;
      await().atMost(PATIENCE).until(() -> endpoint.received(device).size() == count);
      // Nothing more comes before this one is acknowledged.
      endpoint.delivered(device, endpoint.received(device).getLast());
    }
    assertEquals(expected, endpoint.names(device));
  }

  @Test
  void whatIsNotDeliveredIsSentAgainAndNothingOvertakesIt() {
    endpoint.connect(device);
    var retry = Map.of("minBackoff", "PT0.1S", "maxBackoff", "PT0.2S");
    var first = api.sent(device, Map.of("name", "one", "retry", retry));
    var second = api.sent(device, Map.of("name", "two", "retry", retry));
    await().atMost(PATIENCE).until(() -> endpoint.received(device).size() >= 3);
    var resent = endpoint.names(device);
    assertEquals(List.of(first + "/one"), resent.stream().distinct().toList());
    endpoint.delivered(device, endpoint.received(device).getLast());
    await().atMost(PATIENCE).until(() -> endpoint.names(device).contains(second + "/two"));
    assertEquals("delivered", api.state(device, first));
  }

  @Test
  void aDeviceThatComesBackIsSentAtOnceWhatItMissed() {
    var epoch = endpoint.connect(device);
    var id = api.sent(device, Map.of("name", "one", "retry", ONCE));
    awaitState(id, "sent");
    endpoint.disconnect(device, epoch);
    endpoint.connect(device);
    await().atMost(PATIENCE).until(() -> endpoint.received(device).size() == 2);
  }

  @Test
  void aLateWordOfAnOlderConnectionDoesNotEndTheNewOne() {
    var older = endpoint.connect(device);
    endpoint.connect(device);
    endpoint.disconnect(device, older);
    awaitState(api.sent(device, Map.of("name", "one")), "sent");
  }

  @Test
  void aDeviceBehindAGatewayIsReachedThroughIt() {
    var gateway = DeviceAddress.of(device.tenant().value(), "gateway");
    var epoch = endpoint.connect(gateway);
    var id = api.sent(device, Map.of("name", "one"));
    endpoint.listen(gateway, epoch, device, "shadow/" + device + "/#");
    endpoint.listen(gateway, epoch, device, "command/" + device + "/req/#");
    awaitState(id, "sent");
    endpoint.disconnect(gateway, epoch);
    var answer = api.sent(device, Map.of("name", "two"));
    endpoint.delivered(device, awaitReceived(1));
    awaitState(id, "delivered");
    assertEquals("queued", api.state(device, answer));
  }

  @Test
  void whatIsNoAnswerToItChangesNothingAndIsCounted() {
    endpoint.connect(device);
    var other = DeviceAddress.of(device.tenant().value(), "d2");
    stack.registry().add(other);
    endpoint.connect(other);
    var id = api.sent(device, Map.of("name", "one"));
    awaitState(id, "sent");
    var unknown = count("unknown");
    var malformed = count("malformed");
    var late = count("late");
    var foreign = count("foreign");
    var unreadable = meters.counter("muster.command.unreadable.events").count();
    endpoint.answer(other, UUID.randomUUID().toString(), 200, "");
    endpoint.answer(device, id, 302, "");
    endpoint.answer(device, "not-an-id", 200, "");
    await().atMost(PATIENCE).until(() -> count("malformed") > malformed);
    await().atMost(PATIENCE).until(() -> count("unknown") > unknown);
    await()
        .atMost(PATIENCE)
        .until(() -> meters.counter("muster.command.unreadable.events").count() > unreadable);
    assertEquals("sent", api.state(device, id));
    // A device answers its own commands alone.
    endpoint.answer(other, id, 200, "");
    await().atMost(PATIENCE).until(() -> count("foreign") > foreign);
    assertEquals("sent", api.state(device, id));
    endpoint.answer(device, id, 404, "");
    awaitState(id, "rejected");
    endpoint.answer(device, id, 200, "");
    await().atMost(PATIENCE).until(() -> count("late") >= late + 1);
    assertEquals("rejected", api.state(device, id));
  }

  @Test
  void eachEndIsKnown() {
    var expired = api.sent(device, Map.of("name", "a", "timeToLive", "PT0.3S"));
    awaitState(expired, "expired");
    endpoint.connect(device);
    assertNotDelivered();
    var silent = api.sent(device, Map.of("name", "c", "responseTimeout", "PT0.3S", "retry", ONCE));
    endpoint.delivered(device, awaitReceived(silent));
    awaitState(silent, "timed-out");
    api.read(device, silent).then().body("reason", equalTo("no-answer"));
    var failed = api.sent(device, Map.of("name", "d"));
    awaitState(failed, "sent");
    endpoint.answer(device, failed, 500, "{\"why\":\"stuck\"}");
    awaitState(failed, "failed");
    var cancelled = api.sent(device, Map.of("name", "e"));
    awaitState(cancelled, "sent");
    api.cancel(device, cancelled).then().body("reason", equalTo("after-sending"));
  }

  /** With more time for a machine that stands still for so long that it is not even sent. */
  private void assertNotDelivered() {
    for (var timeToLive : List.of("PT1S", "PT20S")) {
      var id = api.sent(device, Map.of("name", "b", "timeToLive", timeToLive));
      await().atMost(PATIENCE).until(() -> api.read(device, id).path("finished"));
      if (api.state(device, id).equals("timed-out")) {
        api.read(device, id).then().body("reason", equalTo("not-delivered"));
        return;
      }
    }
    throw new AssertionError("it was not sent");
  }

  /** As after a time in which this service or ingest was away. */
  @Test
  void whatWasAnsweredInTimeIsInTimeThoughItIsHeardLate() {
    endpoint.connect(device);
    // The longer time is for a machine that stands still for the shorter one.
    assertTrue(isInTimeThoughHeardLate(1) || isInTimeThoughHeardLate(15), "never answered in time");
  }

  /** False when it could not be answered in time. */
  private boolean isInTimeThoughHeardLate(int seconds) {
    var id = api.sent(device, Map.of("name", "a", "responseTimeout", "PT" + seconds + "S"));
    var message = awaitReceived(id);
    var end = Instant.now().plusSeconds(seconds);
    endpoint.delivered(device, message);
    await()
        .atMost(PATIENCE)
        .until(() -> List.of("delivered", "timed-out").contains(api.state(device, id)));
    stack.ingest().away(true);
    try {
      endpoint.answer(device, id, 200, "");
      if (Instant.now().isAfter(end)) {
        return false;
      }
      var later = end.plusMillis(500);
      await().atMost(PATIENCE).until(() -> Instant.now().isAfter(later));
      assertEquals("delivered", api.state(device, id));
    } finally {
      stack.ingest().away(false);
    }
    awaitState(id, "succeeded");
    return true;
  }

  @Test
  void aRetryIsSentWhenNoAnswerComes() {
    endpoint.connect(device);
    var id =
        api.sent(
            device,
            Map.of(
                "name", "a",
                "responseTimeout", "PT0.2S",
                "retry", Map.of("retries", 1, "minBackoff", "PT0.5S", "maxBackoff", "PT1H")));
    endpoint.delivered(device, awaitReceived(1));
    awaitReceived(2);
    endpoint.answer(device, id, 200, "");
    awaitState(id, "succeeded");
    assertTrue(api.read(device, id).<Integer>path("attempts") > 1, "sent once");
  }

  @Test
  void oneWayCommandsHaveNoIdAndEndWithTheirDelivery() {
    endpoint.connect(device);
    var first = api.sent(device, Map.of("name", "blink", "oneWay", true, "retry", ONCE));
    var second = api.sent(device, Map.of("name", "blink", "oneWay", true, "retry", ONCE));
    var message = awaitReceived(1);
    assertEquals("command/" + device + "/req//blink", message.getTopic().toString());
    endpoint.delivered(device, message);
    awaitState(first, "delivered");
    awaitState(second, "sent");
    // A second word on the first message is none on the second one.
    endpoint.delivered(device, message);
    var last = awaitReceived(2);
    var quick = api.sent(device, Map.of("name", "quick", "oneWay", true, "qos", 0));
    endpoint.delivered(device, last);
    awaitState(second, "delivered");
    awaitState(quick, "sent");
    api.read(device, quick).then().body("finished", equalTo(true));
  }

  @Test
  void commandsOfADeletedDeviceEnd() {
    var id = api.sent(device, Map.of("name", "a"));
    stack.registry().remove(device);
    stack.registry().tell("platform/registry/device-deleted/" + device, null, new byte[0]);
    awaitState(id, "cancelled");
    api.read(device, id).then().body("reason", equalTo("device-deleted"));
    api.send(device, Map.of("name", "b")).then().statusCode(404);
  }

  /** What came for the device as the first, the second, … */
  private Mqtt5Publish awaitReceived(int number) {
    await().atMost(PATIENCE).until(() -> endpoint.received(device).size() >= number);
    return endpoint.received(device).get(number - 1);
  }

  /** What came of a command, when it counts as sent as well. */
  private Mqtt5Publish awaitReceived(String id) {
    awaitState(id, "sent");
    var level = "/" + id + "/";
    await()
        .atMost(PATIENCE)
        .until(() -> endpoint.names(device).stream().anyMatch(it -> ("/" + it).contains(level)));
    return endpoint.received(device).stream()
        .filter(it -> it.getTopic().toString().contains(level))
        .findFirst()
        .orElseThrow();
  }

  private double count(String outcome) {
    return meters.counter("muster.command.answers", "outcome", outcome).count();
  }

  private void awaitState(String id, String state) {
    await().atMost(PATIENCE).until(() -> api.state(device, id), state::equals);
  }
}
