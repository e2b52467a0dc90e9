package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a device was told is safe, and the broker does not have: every ingest is killed between the
 * acknowledgement and the relay.
 */
@ExtendWith(SharedStack.class)
class KilledBeforeRelayIT {
  private static final int ANSWERS = 200;
  private static final int EVENTS = 100;
  private static final int PAGE = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final RunningStack stack;

  KilledBeforeRelayIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void relaysEachAnswerAndStoresEachEventThatItAcknowledgedBeforeItWasKilled() {
    var device = stack.newDevice(stack.newTenant(), "answering");
    var command = new ServiceAccount(stack, "command", 905);
    command.subscribeAndLeave("command/+/+/res/+/+");
    var client = device.mqtt5(stack.endpointPort(1)).toAsync();
    client.connect().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    var position = endOfLog();
    try (var _ = stack.processes().freeze("broker")) {
      publishAll(client, device);
      assertEquals(ANSWERS, stack.store().notRelayed(device.address()), "some are relayed already");
      // Whichever of them relays for all: nothing but the database knows of these messages now.
      var killed = stack.processes().killTogether("ingest", "ingest-2");
      killed.forEach(stack.processes()::awaitRestart);
      // All that a service that comes later would read, with no word of the broker yet.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertEquals(answers(device), inLog(position, device)));
      assertEquals(EVENTS, stack.store().events(device.address()));
    }
    assertEquals(answers(device), arrived(command, device));
    assertEquals(EVENTS, stack.store().events(device.address()), "stored again");
  }

  /** Answers at QoS 1, events at 1 and 2, all at once; returns when each is acknowledged. */
  private static void publishAll(Mqtt5AsyncClient client, TestDevice device) {
    var sent = new ArrayList<CompletableFuture<Mqtt5PublishResult>>();
    for (var topicName : answers(device)) {
      sent.add(publish(client, topicName, MqttQos.AT_LEAST_ONCE, "{}"));
    }
    for (int n = 0; n < EVENTS; n++) {
      var qos = n % 2 == 0 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE;
      sent.add(publish(client, "event/" + device.address(), qos, "{\"n\":%d}".formatted(n)));
    }
    for (var publish : sent) {
      var result = publish.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      assertTrue(result.getError().isEmpty(), () -> "refused: " + result.getError());
    }
  }

  private static CompletableFuture<Mqtt5PublishResult> publish(
      Mqtt5AsyncClient client, String topicName, MqttQos qos, String payload) {
    return client
        .publishWith()
        .topic(topicName)
        .qos(qos)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  private static List<String> answers(TestDevice device) {
    return IntStream.range(0, ANSWERS)
        .mapToObj(n -> "command/%s/res/%d/200".formatted(device.address(), n))
        .toList();
  }

  private long endOfLog() {
    return page(Long.MAX_VALUE).path("next").asLong();
  }

  /** The device's answers in the log behind the position, in its order, repetitions included. */
  private List<String> inLog(long position, TestDevice device) {
    var topicNames = new ArrayList<String>();
    var after = position;
    for (var page = page(after); !page.path("items").isEmpty(); page = page(after)) {
      page.path("items").forEach(item -> topicNames.add(item.path("topic").asText()));
      after = page.path("next").asLong();
    }
    topicNames.removeIf(topicName -> !topicName.startsWith("command/" + device.address()));
    return topicNames;
  }

  private JsonNode page(long after) {
    var url = stack.ingest(1) + "/internal/v1/events?limit=" + PAGE + "&after=" + after;
    return stack.http().get(url, stack.tokens().service("command")).expect(200).json();
  }

  /** In order; repetitions after a lost PUBACK are allowed, gaps are not. */
  private static List<String> arrived(ServiceAccount command, TestDevice device) {
    var mine = "command/" + device.address() + "/";
    var last = answers(device).getLast();
    var arrived = new LinkedHashSet<String>();
    command.collect(
        publish -> {
          var topicName = publish.getTopic().toString();
          if (topicName.startsWith(mine)) {
            arrived.add(topicName);
          }
          return topicName.equals(last);
        },
        1,
        PATIENCE);
    return List.copyOf(arrived);
  }
}
