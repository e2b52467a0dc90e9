package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shadows, as devices and people see them. */
@ExtendWith(SharedStack.class)
class ShadowsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 60;
  private static final long SESSION_EXPIRY_SECONDS = 600;

  private final RunningStack stack;
  private TestDevice device;

  ShadowsIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    device = stack.newDevice(stack.newTenant(), "lamp");
  }

  /** A connected device that hears all of its shadow topics, unless it is told otherwise. */
  private final class Connection implements AutoCloseable {
    private final Mqtt5BlockingClient client;
    private final Mqtt5Publishes messages;
    private final boolean present;

    Connection(TestDevice device, boolean clean, long expirySeconds, String... filters) {
      client = device.mqtt5(stack.endpointPort(1)).toBlocking();
      messages = client.publishes(MqttGlobalPublishFilter.ALL);
      present =
          client
              .connectWith()
              .cleanStart(clean)
              .sessionExpiryInterval(expirySeconds)
              .send()
              .isSessionPresent();
      for (var filter : filters) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
      }
    }

    void say(String topic, String payload) {
      client
          .publishWith()
          .topic(topic)
          .qos(MqttQos.AT_LEAST_ONCE)
          .payload(payload.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
          .send();
    }

    /** The next message on a topic; others are passed by. */
    JsonNode hear(String topic) {
      for (; ; ) {
        var message = next();
        if (message.getTopic().toString().equals(topic)) {
          return json(message);
        }
      }
    }

    private Mqtt5Publish next() {
      try {
        return messages
            .receive(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .orElseThrow(() -> new AssertionError("nothing came"));
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }

    @Override
    public void close() {
      messages.close();
      client.disconnect();
    }
  }

  private static JsonNode json(Mqtt5Publish message) {
    try {
      return JSON.readTree(message.getPayloadAsBytes());
    } catch (IOException notJson) {
      throw new AssertionError(notJson);
    }
  }

  private Connection connected(String... filters) {
    return new Connection(device, true, 0, filters);
  }

  private String own(String family) {
    return family.equals("aws")
        ? "$aws/things/" + device.clientIdentifier() + "/shadow"
        : "shadow/" + device.address();
  }

  private String rest(String shadow) {
    return stack.devices(device.address().tenant()) + "/lamp/shadow" + shadow;
  }

  private void desire(String shadow, String desired) {
    stack
        .http()
        .send(
            "PATCH",
            rest(shadow),
            stack.tokens().admin(),
            "{\"state\":{\"desired\":" + desired.replace('\'', '"') + "}}")
        .expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"muster", "aws"})
  void aDeviceGetsUpdatesAndDeletesItsShadow(String family) {
    var topics = own(family);
    try (var lamp = connected(topics + "/#")) {
      lamp.say(topics + "/get", "");
      assertEquals(404, lamp.hear(topics + "/get/rejected").get("code").intValue());
      lamp.say(topics + "/update", "{'state':{'reported':{'on':false}},'clientToken':'t1'}");
      var accepted = lamp.hear(topics + "/update/accepted");
      assertEquals(1, accepted.get("version").intValue());
      assertEquals("t1", accepted.get("clientToken").textValue());
      assertEquals(1, lamp.hear(topics + "/update/documents").at("/current/version").intValue());
      desire("", "{'on':true}");
      var delta = lamp.hear(topics + "/update/delta");
      assertTrue(delta.at("/state/on").booleanValue());
      assertEquals(2, delta.get("version").intValue());
      lamp.say(topics + "/update", "{'state':{'reported':{'on':true}},'version':2}");
      assertEquals(3, lamp.hear(topics + "/update/accepted").get("version").intValue());
      lamp.say(topics + "/update", "{'state':{'reported':{'on':1}},'version':2}");
      assertEquals(409, lamp.hear(topics + "/update/rejected").get("code").intValue());
      lamp.say(topics + "/update", "{'state':7}");
      assertEquals(
          "State node must be an object",
          lamp.hear(topics + "/update/rejected").get("message").textValue());
      lamp.say(topics + "/get", "{'clientToken':'t2'}");
      var whole = lamp.hear(topics + "/get/accepted");
      assertTrue(whole.at("/state/reported/on").booleanValue());
      assertTrue(whole.at("/state/delta").isMissingNode());
      lamp.say(topics + "/delete", "");
      assertEquals(3, lamp.hear(topics + "/delete/accepted").get("version").intValue());
      stack.http().get(rest(""), stack.tokens().admin()).expect(404);
    }
  }

  @Test
  void anAnswerGoesToTheFamilyOfItsRequestAndADeltaToBoth() {
    try (var lamp = connected(own("muster") + "/#", own("aws") + "/#")) {
      lamp.say(own("aws") + "/name/config/update", "{'state':{'desired':{'n':1}}}");
      // A delta of which no word comes back in time is sent again.
      var heard = new TreeSet<String>();
      while (heard.size() < 5) {
        heard.add(lamp.next().getTopic().toString());
      }
      lamp.say(own("muster") + "/get", "");
      var rejected = own("muster") + "/get/rejected";
      for (var next = ""; !next.equals(rejected); ) {
        next = lamp.next().getTopic().toString();
        assertTrue(next.equals(rejected) || heard.contains(next), next);
      }
      assertEquals(
          List.of(
              own("aws") + "/name/config/update/accepted",
              own("aws") + "/name/config/update/delta",
              own("aws") + "/name/config/update/documents",
              own("muster") + "/name/config/update/delta",
              own("muster") + "/name/config/update/documents"),
          List.copyOf(heard));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"muster", "aws"})
  void theDeltaComesWhenTheDeviceSubscribesAgain(String family) {
    connected(own(family) + "/#").close();
    desire("", "{'on':true}");
    desire("", "{'level':3}");
    desire("/config", "{'n':1}");
    try (var lamp = connected(own(family) + "/update/delta")) {
      var delta = lamp.hear(own(family) + "/update/delta");
      // The first may have been on its way already.
      while (delta.get("version").intValue() < 2) {
        delta = lamp.hear(own(family) + "/update/delta");
      }
      assertEquals("{\"on\":true,\"level\":3}", delta.get("state").toString().replace(" ", ""));
      assertEquals(2, delta.get("version").intValue());
    }
    try (var lamp = connected(own(family) + "/name/+/update/delta")) {
      assertEquals(
          1, lamp.hear(own(family) + "/name/config/update/delta").at("/state/n").intValue());
    }
  }

  @Test
  void theDeltaComesToASessionThatGoesOnWithoutSubscribingAgain() {
    var topic = own("muster") + "/update/delta";
    new Connection(device, false, SESSION_EXPIRY_SECONDS, topic).close();
    desire("", "{'on':true}");
    try (var lamp = new Connection(device, false, SESSION_EXPIRY_SECONDS)) {
      assertTrue(lamp.present);
      assertTrue(lamp.hear(topic).at("/state/on").booleanValue());
    }
  }

  @Test
  void aDeltaIsSentUntilTheDeviceHasIt() {
    var topic = own("muster") + "/update/delta";
    try (var lamp = connected(topic)) {
      // Whoever hears nothing of a message is sent it again: the endpoint has lost its way to the
      // broker, and what was said meanwhile.
      try (var _ = stack.processes().freeze("broker")) {
        desire("", "{'on':true}");
      }
      assertTrue(lamp.hear(topic).at("/state/on").booleanValue());
    }
  }

  @Test
  @Tag("full")
  void updatesGoOnInOrderWhenAnInstanceOfTheRegistryIsKilled() {
    var topics = own("muster");
    try (var lamp = connected(topics + "/update/accepted")) {
      var updates = 60;
      for (int i = 1; i <= updates; i++) {
        lamp.say(topics + "/update", "{'state':{'reported':{'k%d':%d}}}".formatted(i, i));
        if (i == 20) {
          stack.processes().kill("registry");
        }
        pace();
      }
      var versions = new ArrayList<Integer>();
      while (versions.size() < updates) {
        var version = lamp.hear(topics + "/update/accepted").get("version").intValue();
        // A publisher that died may have said it already.
        if (!versions.contains(version)) {
          versions.add(version);
        }
      }
      assertEquals(IntStream.rangeClosed(1, updates).boxed().toList(), versions);
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(
            () ->
                stack
                        .http()
                        .get(rest(""), stack.tokens().admin())
                        .expect(200)
                        .json()
                        .at("/state/reported")
                        .size()
                    == 60);
  }

  /** Below the rate at which a device may ask. */
  private static void pace() {
    await().pollDelay(Duration.ofMillis(60)).until(() -> true);
  }

  @Test
  void aDeviceOfTheSameNameInAnotherTenantHearsNothing() {
    var other = stack.newDevice(stack.newTenant(), "lamp");
    try (var stranger = new Connection(other, true, 0, "shadow/" + other.address() + "/#")) {
      desire("", "{'secret':1}");
      stranger.say("shadow/" + other.address() + "/get", "");
      var first = stranger.next();
      assertEquals("shadow/" + other.address() + "/get/rejected", first.getTopic().toString());
    }
  }
}
