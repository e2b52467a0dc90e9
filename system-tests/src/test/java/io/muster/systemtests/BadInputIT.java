package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.muster.systemtests.devices.Mqtt3Link;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.Store.DeadLetter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What nobody can understand is set aside with its reason and acknowledged; what follows goes on.
 */
@ExtendWith(SharedStack.class)
class BadInputIT {
  private static final int HARD_LIMIT_BYTES = 1 << 20;

  /** {@code muster.dead-letters.payload-bytes}: what is kept of a payload. */
  private static final int KEPT_BYTES = 65_536;

  private static final String COUNTER = "muster_intake_dead_letters_total";
  private static final long PATIENCE_SECONDS = 60;

  private final RunningStack stack;

  BadInputIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void isDeadLetteredWithItsReasonAndAcknowledgedAtMqtt311() {
    var tenant = stack.newTenant();
    var device = stack.newDevice(tenant, "mqtt311");
    var other = stack.newDevice(stack.newTenant(), "other");
    var before = counted();
    try (var link = Mqtt3Link.of(device, stack.endpointPort(1)).connect()) {
      for (var bad : BadMessage.all(device, other)) {
        link.publish(bad.topicName(), bad.payload())
            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .join();
        link.publish(device.telemetry(), good(bad))
            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .join();
      }
      assertTrue(link.isConnected());
    }
    assertSetAside(device, BadMessage.all(device, other), false);
    assertCounted(device, before);
  }

  @Test
  void isDeadLetteredWithItsReasonAndAnsweredWithAReasonCodeAtMqtt5() {
    var device = stack.newDevice(stack.newTenant(), "mqtt5");
    var other = stack.newDevice(stack.newTenant(), "other");
    var before = counted();
    var client = device.mqtt5(stack.endpointPort(1)).toAsync();
    client.connect().join();
    for (var bad : BadMessage.all(device, other)) {
      var code = publish(client, bad);
      assertTrue(code >= 0x80, bad.name() + " was answered with reason " + code);
      var good = new BadMessage(bad.name(), device.telemetry(), good(bad), null, null, List.of());
      assertEquals(0, publish(client, good), "what follows " + bad.name());
    }
    assertTrue(client.getState().isConnected());
    client.disconnect().join();
    assertSetAside(device, BadMessage.all(device, other), true);
    assertCounted(device, before);
  }

  @Test
  void closesTheConnectionAboveTheHardLimit() {
    var device = stack.newDevice(stack.newTenant(), "huge");
    var link = Mqtt3Link.of(device, stack.endpointPort(1)).connect();
    link.publish(device.telemetry(), new byte[HARD_LIMIT_BYTES + 1_000]);
    await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> !link.isConnected());
    link.close();
  }

  @Test
  void closesAMalformedConnectionAndNoOther() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "undisturbed");
    try (var link = Mqtt3Link.of(device, stack.endpointPort(1)).connect();
        var socket = new Socket("127.0.0.1", stack.endpointPort(1))) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      // PUBLISH with QoS 3 instead of a CONNECT (MQTT 3.1.1 §3.3.1.2).
      socket.getOutputStream().write(new byte[] {0x36, 0x05, 0, 1, 'a', 0, 1});
      socket.getOutputStream().flush();
      assertEquals(-1, socket.getInputStream().read());
      link.publish(device.telemetry(), "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
          .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .join();
    }
    assertEquals(1, stack.store().readings(device.address()));
  }

  private static byte[] good(BadMessage bad) {
    var text = "{\"ts\":\"%s\",\"after\":\"%s\"}".formatted(Instant.now(), bad.name());
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The PUBACK's reason code. */
  private static int publish(Mqtt5AsyncClient client, BadMessage message) {
    var publish =
        client
            .publishWith()
            .topic(message.topicName())
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload(message.payload())
            .contentType(message.contentType());
    if (message.contentEncoding() != null) {
      publish
          .userProperties()
          .add("content-encoding", message.contentEncoding())
          .applyUserProperties();
    }
    try {
      var result = publish.send().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
      return result.getError().map(BadInputIT::reasonCode).orElse(0);
    } catch (CompletionException refused) {
      return reasonCode(refused.getCause());
    }
  }

  private static int reasonCode(Throwable error) {
    if (error instanceof Mqtt5PubAckException refused) {
      return refused.getMqttMessage().getReasonCode().getCode();
    }
    throw new AssertionError("no PUBACK", error);
  }

  private void assertSetAside(TestDevice device, List<BadMessage> bad, boolean withProperties) {
    var kept = stack.store().deadLetters(device.address());
    assertEquals(bad.size(), kept.size(), kept.toString());
    for (int i = 0; i < bad.size(); i++) {
      assertFits(bad.get(i), kept.get(i), withProperties);
    }
    assertTrue(
        kept.stream().anyMatch(letter -> letter.keptBytes() < letter.payloadBytes()),
        "nothing was long enough to be truncated");
    assertEquals(bad.size(), stack.store().readings(device.address()));
  }

  /** Dead letters by reason, as the replica counts them to which the devices are connected. */
  private Map<String, Double> counted() {
    return reasons()
        .collect(
            Collectors.toMap(
                reason -> reason,
                reason -> stack.ingestMetrics(1).sum(COUNTER, "reason=\"%s\"".formatted(reason))));
  }

  /** Those that {@link BadMessage} is about. */
  private static Stream<String> reasons() {
    return Stream.of(
        "malformed",
        "unknown-encoding",
        "empty",
        "not-a-reading",
        "too-many-fields",
        "too-large",
        "unstorable-value",
        "malformed-time",
        "too-old",
        "in-the-future",
        "topic-not-allowed");
  }

  /** For each reason as many more as were set aside with it, and for no other. */
  private void assertCounted(TestDevice device, Map<String, Double> before) {
    var rise = new TreeMap<String, Long>();
    counted().forEach((reason, now) -> rise.put(reason, Math.round(now - before.get(reason))));
    rise.values().removeIf(none -> none == 0);
    var kept =
        stack.store().deadLetters(device.address()).stream()
            .collect(
                Collectors.groupingBy(DeadLetter::reason, TreeMap::new, Collectors.counting()));
    assertEquals(kept, rise);
  }

  private static void assertFits(BadMessage bad, DeadLetter kept, boolean withProperties) {
    // Without MQTT 5 properties the endpoint cannot know how a payload was meant.
    var told = withProperties || bad.contentEncoding() == null && bad.contentType() == null;
    if (told) {
      assertTrue(bad.reasons().contains(kept.reason()), bad.name() + " became " + kept);
    }
    assertFalse(kept.reason().isBlank());
    assertEquals(bad.payload().length, kept.payloadBytes(), bad.name());
    assertEquals(Math.min(bad.payload().length, KEPT_BYTES), kept.keptBytes(), bad.name());
    assertEquals(bad.topicName(), kept.topic());
  }
}
