package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tools of Eclipse mosquitto: what outlives a connection, and certificates. */
@ExtendWith(SharedStack.class)
class MosquittoSessionIT {
  private static final Duration SOON = Duration.ofSeconds(Mosquitto.PATIENCE_SECONDS);

  private final RunningStack stack;

  @TempDir Path folder;

  MosquittoSessionIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void requireTools() {
    CommandLineTools.require("mosquitto_pub", "mosquitto_sub");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void leavesItsWillWhenItIsKilled(String version) throws Exception {
    var device = newDevice();
    var presence = "presence/" + device.address();
    var connected = "platform/ingest/session/connected/" + device.address();
    var sessions = new ServiceAccount(stack, "registry", 942);
    sessions.subscribeAndLeave(connected);
    var listener = new ServiceAccount(stack, "registry", 943);
    listener.subscribeAndLeave(presence);
    var subscriber =
        Mosquitto.start(
            folder.resolve("out"),
            subscribe(
                device,
                version,
                "req/#",
                "--will-topic",
                presence,
                "--will-payload",
                "{\"online\":false}",
                "--will-qos",
                "1"));
    try {
      assertEquals(1, sessions.collect(under(connected), 1, SOON).size());
    } finally {
      subscriber.destroyForcibly();
    }
    var wills = listener.collect(under(presence), 1, SOON);
    assertEquals(1, wills.size());
    assertEquals("{\"online\":false}", new String(wills.getFirst().getPayloadAsBytes()));
  }

  /** A session may hold what another test has heard already. */
  private static Predicate<Mqtt5Publish> under(String topicName) {
    return message -> message.getTopic().toString().equals(topicName);
  }

  /** Mosquitto does not print whether there was a session; it is known by its subscriptions. */
  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void takesUpTheSubscriptionsThatItLeft(String version) throws Exception {
    var device = newDevice();
    var kept = version.equals("mqttv5") ? new String[] {"-c", "-x", "300"} : new String[] {"-c"};
    var leaving = subscribe(device, version, "req/1/#", kept);
    leaving.add("-E");
    Mosquitto.run(leaving);

    var output = folder.resolve("out");
    var coming = subscribe(device, version, "req/2/#", kept);
    coming.addAll(List.of("-C", "1", "-v"));
    var subscriber = Mosquitto.start(output, coming);
    try {
      var command = new ServiceAccount(stack, "command", 906);
      await()
          .atMost(SOON)
          .until(
              () -> {
                command.publish("command/" + device.address() + "/req/1/reboot", "now");
                return Mosquitto.endsSoon(subscriber);
              });
    } finally {
      subscriber.destroyForcibly();
    }
    var printed = Files.readString(output);
    assertEquals("command/" + device.address() + "/req/1/reboot now\n", printed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void sendsAReadingWithACertificateAlone(String version) throws Exception {
    var device = newDevice();
    var certificate = DeviceCertificate.make(folder, "EC");
    certificate.register(stack, device);
    Mosquitto.run(
        Mosquitto.nameless(
            "mosquitto_pub",
            device,
            "-p",
            Integer.toString(stack.endpointTlsPort()),
            "--cafile",
            stack.authority().toString(),
            "--cert",
            certificate.certificate().toString(),
            "--key",
            certificate.key().toString(),
            "-V",
            version,
            "-q",
            "1",
            "-t",
            device.telemetry(),
            "-m",
            "{\"temperature\":21.5}"));
    assertEquals(1, stack.store().readings(device.address()));
  }

  private TestDevice newDevice() throws Exception {
    return stack.newDevice(stack.newTenant(), "sensor-1");
  }

  private List<String> subscribe(
      TestDevice device, String version, String commands, String... more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "-p",
                Integer.toString(stack.endpointPort(1)),
                "-V",
                version,
                "-q",
                "1",
                "-t",
                "command/" + device.address() + "/" + commands));
    arguments.addAll(Arrays.asList(more));
    return Mosquitto.command("mosquitto_sub", device, arguments.toArray(String[]::new));
  }
}
