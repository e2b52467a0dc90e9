package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.devices.AnsweringDevice;
import io.muster.systemtests.devices.GatedDevice;
import io.muster.systemtests.stack.Http;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What devices say of commands, through the whole stack and with real MQTT clients. */
@ExtendWith(SharedStack.class)
class CommandAnswersIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TRACE = "5af7651916cd43dd8448eb211c80319d";

  private final RunningStack stack;

  CommandAnswersIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void whatIsNoAnswerToItChangesNothingAndIsCounted() {
    var tenant = stack.newTenant();
    try (var device = GatedDevice.connect(stack.newDevice(tenant, "press-1"), port());
        var other = GatedDevice.connect(stack.newDevice(tenant, "press-2"), port())) {
      var id = send(device.address(), "{\"name\":\"one\",\"responseTimeout\":\"PT5M\"}", null);
      awaitState(device.address(), id, "delivered");
      var unknown = counted("unknown");
      var malformed = counted("malformed");
      var foreign = counted("foreign");
      var duplicate = counted("duplicate");
      var late = counted("late");
      other.answer(UUID.randomUUID().toString(), 200);
      other.answer(id, 200);
      device.answer(id, 302);
      // Those of other tests may come late as well.
      await().atMost(SOON).until(() -> counted("unknown") > unknown);
      await().atMost(SOON).until(() -> counted("foreign") > foreign);
      await().atMost(SOON).until(() -> counted("malformed") > malformed);
      assertEquals("delivered", state(device.address(), id));
      device.answer(id, 202);
      device.answer(id, 202);
      awaitState(device.address(), id, "accepted");
      await().atMost(SOON).until(() -> counted("duplicate") > duplicate);
      device.answer(id, 403);
      device.answer(id, 200);
      awaitState(device.address(), id, "rejected");
      await().atMost(SOON).until(() -> counted("late") > late);
      assertEquals("rejected", state(device.address(), id));
      // What the broker and the endpoint say of it may come in one.
      assertEquals(
          List.of("queued", "delivered", "accepted", "rejected"),
          steps(device.address(), id).stream().filter(step -> !step.equals("sent")).toList());
    }
  }

  @Test
  void nobodyAnswersUnderAnotherDevicesName() {
    var tenant = stack.newTenant();
    var victim = stack.newDevice(tenant, "victim").address();
    var stranger = stack.newDevice(stack.newTenant(), "victim").address();
    var id = send(victim, "{\"name\":\"one\"}", null);
    var mallory = stack.newDevice(tenant, "mallory");
    var client = mallory.mqtt5(port()).toAsync();
    client.connect().orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join();
    for (var name : List.of(victim, stranger)) {
      var refused =
          client
              .publishWith()
              .topic("command/" + name + "/res/" + id + "/200")
              .qos(MqttQos.AT_LEAST_ONCE)
              .send()
              .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
              .handle((done, failure) -> failure)
              .join();
      assertTrue(
          refused instanceof Mqtt5PubAckException
              || refused != null && refused.getCause() instanceof Mqtt5PubAckException,
          String.valueOf(refused));
    }
    client.disconnect();
    assertEquals("queued", state(victim, id));
  }

  @Test
  void whatWasSentAlreadyIsCalledOffAndSaysSo() {
    try (var device = GatedDevice.connect(stack.newDevice(stack.newTenant(), "press-1"), port())) {
      var id = send(device.address(), "{\"name\":\"one\"}", null);
      awaitState(device.address(), id, "delivered");
      var cancelled =
          stack
              .http()
              .post(commands(device.address()) + "/" + id + "/cancel", stack.tokens().admin(), "{}")
              .expect(200)
              .json();
      assertEquals("cancelled", cancelled.path("state").asText());
      assertEquals("after-sending", cancelled.path("reason").asText());
      var late = counted("late");
      device.open();
      // Those of other tests may come late as well.
      await().atMost(SOON).until(() -> counted("late") > late);
      assertEquals("cancelled", state(device.address(), id));
    }
  }

  /** As when all instances are away for longer than the device may be silent. */
  @Test
  @Tag("full")
  void whatWasAnsweredInTimeIsInTimeThoughNobodyHeardIt() {
    try (var device = GatedDevice.connect(stack.newDevice(stack.newTenant(), "press-1"), port())) {
      var id = send(device.address(), "{\"name\":\"one\",\"responseTimeout\":\"PT8S\"}", null);
      awaitState(device.address(), id, "delivered");
      try (var _ = stack.processes().freeze("command");
          var _ = stack.processes().freeze("command-2")) {
        device.open();
        var later = Instant.now().plusSeconds(9);
        await().atMost(SOON).until(() -> Instant.now().isAfter(later));
      }
      awaitState(device.address(), id, "succeeded");
    }
  }

  @Test
  void theTraceOfTheRequestReachesTheDeviceAndItsPayloadIsNotAltered() {
    var device = stack.newDevice(stack.newTenant(), "press-1");
    try (var listening = AnsweringDevice.connect(device, port(), name -> Optional.of(200))) {
      var id =
          send(
              device.address(),
              "{\"name\":\"one\",\"payload\":{\"a\":1}}",
              "00-" + TRACE + "-b7ad6b7169203331-01");
      awaitState(device.address(), id, "succeeded");
      var command = listening.heard().getFirst();
      var traceparent =
          command.getUserProperties().asList().stream()
              .filter(it -> it.getName().toString().equals("traceparent"))
              .map(it -> it.getValue().toString())
              .toList();
      assertEquals(1, traceparent.size(), command.toString());
      assertEquals(TRACE, traceparent.getFirst().split("-")[1]);
      assertEquals("{\"a\":1}", new String(command.getPayloadAsBytes()));
    }
  }

  @Test
  void whoWaitsAtOneInstanceGetsTheAnswerThatArrivesAtTheOther() {
    var device = stack.newDevice(stack.newTenant(), "press-1");
    try (var listening = AnsweringDevice.connect(device, port(), name -> Optional.of(200))) {
      var asked = 2;
      // The turn may go from one to the other meanwhile: that shows nothing.
      while (!isAnsweredThroughTheOther(device.address())) {
        asked += 2;
        assertTrue(asked <= 10, "the answers never come to the other one");
      }
      // A report that comes late lets one be sent again.
      assertEquals(asked, listening.heard().stream().map(it -> it.getTopic()).distinct().count());
    }
  }

  /** One of them hears what devices say; the other one is asked. */
  private boolean isAnsweredThroughTheOther(DeviceAddress device) {
    var before = takenBy(1);
    var both = before + takenBy(2);
    awaitState(device, send(device, "{\"name\":\"one\"}", null), "succeeded");
    await().atMost(SOON).until(() -> takenBy(1) + takenBy(2) > both);
    var hearing = takenBy(1) > before ? 1 : 2;
    var heard = takenBy(hearing);
    var bothHeard = takenBy(1) + takenBy(2);
    var answer = ended(3 - hearing, device, "{\"name\":\"two\"}");
    assertEquals("succeeded", answer.path("state").asText(), answer.toString());
    await().atMost(SOON).until(() -> takenBy(1) + takenBy(2) > bothHeard);
    return takenBy(hearing) > heard;
  }

  @Test
  void simulatedDevicesDoWhatACommandAsksFor() throws Exception {
    var output = Files.createTempFile("simulate-", ".out");
    var device = DeviceAddress.of("demo", "sim-00001");
    var simulated =
        stack
            .muster()
            .start(
                output,
                "simulate",
                "--devices",
                "1",
                "--rate",
                "1/s",
                "--commands",
                "refuse",
                "--slow-for",
                "1s");
    try {
      await()
          .atMost(SOON)
          .ignoreExceptionsInstanceOf(AssertionError.class)
          .until(() -> !send(device, "{\"name\":\"first\"}", null).isEmpty());
      // All refuse, unless a command asks for something else.
      assertEquals("rejected", ended(1, device, "{\"name\":\"plain\"}").path("state").asText());
      assertEquals("succeeded", ended(device, "answer").path("state").asText());
      assertEquals("rejected", ended(device, "refuse").path("state").asText());
      assertEquals("failed", ended(device, "fail").path("state").asText());
      assertEquals("timed-out", ended(device, "silent").path("state").asText());
      var slow = ended(device, "slow");
      assertEquals("succeeded", slow.path("state").asText());
      assertTrue(slow.path("steps").toString().contains("accepted"), slow.toString());
      var late = counted("late");
      assertEquals("succeeded", ended(device, "twice").path("state").asText());
      await().atMost(SOON).until(() -> counted("late") >= late + 1);
    } finally {
      simulated.destroy();
      if (!simulated.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
        simulated.destroyForcibly();
      }
    }
    assertTrue(read(output).contains("commands taken"), read(output));
    Files.delete(output);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command that asks the device for something, at its end. */
  private JsonNode ended(DeviceAddress device, String asked) {
    var json =
        "{\"name\":\"%s\",\"payload\":{\"simulate\":\"%s\"},\"responseTimeout\":\"%s\"}"
            .formatted(asked, asked, asked.equals("silent") ? "PT2S" : "PT1H");
    return ended(1, device, json);
  }

  /** A command that waits at an instance, at its end. */
  private JsonNode ended(int instance, DeviceAddress device, String json) {
    var request =
        HttpRequest.newBuilder(URI.create(commands(instance, device)))
            .header("Authorization", "Bearer " + stack.tokens().admin())
            .header("Content-Type", "application/json")
            .header("Prefer", "wait=60")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    try {
      var answer = stack.http().client().send(request, BodyHandlers.ofString());
      return new Http.Answer(answer.statusCode(), answer.body()).expect(201).json();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String send(DeviceAddress device, String json, String traceparent) {
    var request =
        HttpRequest.newBuilder(URI.create(commands(device)))
            .header("Authorization", "Bearer " + stack.tokens().admin())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    if (traceparent != null) {
      request.header("traceparent", traceparent);
    }
    try {
      var answer = stack.http().client().send(request.build(), BodyHandlers.ofString());
      return new Http.Answer(answer.statusCode(), answer.body())
          .expect(201)
          .json()
          .path("id")
          .asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private double takenBy(int instance) {
    return stack.commandMetrics(instance).sum("muster_command_answers_total", "outcome=\"taken\"");
  }

  /** By both instances: one of them follows what devices say. */
  private double counted(String outcome) {
    return stack
            .commandMetrics(1)
            .sum("muster_command_answers_total", "outcome=\"" + outcome + "\"")
        + stack
            .commandMetrics(2)
            .sum("muster_command_answers_total", "outcome=\"" + outcome + "\"");
  }

  private void awaitState(DeviceAddress device, String id, String state) {
    await().atMost(SOON).until(() -> state(device, id).equals(state));
  }

  private String state(DeviceAddress device, String id) {
    return command(device, id).path("state").asText();
  }

  private List<String> steps(DeviceAddress device, String id) {
    return StreamSupport.stream(command(device, id).path("steps").spliterator(), false)
        .map(step -> step.path("state").asText())
        .toList();
  }

  private JsonNode command(DeviceAddress device, String id) {
    return stack.http().get(commands(device) + "/" + id, stack.tokens().admin()).expect(200).json();
  }

  private String commands(DeviceAddress device) {
    return commands(1, device);
  }

  private String commands(int instance, DeviceAddress device) {
    return stack.command(instance)
        + "/api/v1/tenants/"
        + device.tenant()
        + "/devices/"
        + device.device()
        + "/commands";
  }

  private int port() {
    return stack.endpointPort(1);
  }
}
