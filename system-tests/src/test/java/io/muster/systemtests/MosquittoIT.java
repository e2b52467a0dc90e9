package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.CommandLineTools;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tools of Eclipse mosquitto as devices, as the README shows them. */
@ExtendWith(SharedStack.class)
class MosquittoIT {
  private static final long PATIENCE_SECONDS = Mosquitto.PATIENCE_SECONDS;

  private final RunningStack stack;

  MosquittoIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void requireTools() {
    CommandLineTools.require("mosquitto_pub", "mosquitto_sub");
  }

  @ParameterizedTest
  @CsvSource({"mqttv311, 0", "mqttv311, 1", "mqttv311, 2", "mqttv5, 0", "mqttv5, 1", "mqttv5, 2"})
  void sendsAReading(String version, String qos) throws Exception {
    var device = stack.newDevice(stack.newTenant(), "sensor-1");
    Mosquitto.run(
        publish(device, "-p", Integer.toString(stack.endpointPort(1)), "-V", version, "-q", qos));
    await()
        .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
        .untilAsserted(() -> assertEquals(1, stack.store().readings(device.address())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void sendsAReadingOverTls(String version) throws Exception {
    var device = stack.newDevice(stack.newTenant(), "sensor-1");
    Mosquitto.run(
        publish(
            device,
            "-p",
            Integer.toString(stack.endpointTlsPort()),
            "--cafile",
            stack.authority().toString(),
            "-V",
            version,
            "-q",
            "1"));
    assertEquals(1, stack.store().readings(device.address()));
  }

  @ParameterizedTest
  @CsvSource({"mqttv311, 0", "mqttv311, 1", "mqttv311, 2", "mqttv5, 0", "mqttv5, 1", "mqttv5, 2"})
  void hearsACommand(String version, String qos) throws Exception {
    var device = stack.newDevice(stack.newTenant(), "sensor-1");
    var output = Files.createTempFile("mosquitto-sub", ".out");
    var subscriber =
        Mosquitto.start(
            output,
            Mosquitto.command(
                "mosquitto_sub",
                device,
                "-p",
                Integer.toString(stack.endpointPort(1)),
                "-V",
                version,
                "-q",
                qos,
                "-t",
                "command/" + device.address() + "/req/#",
                "-C",
                "1",
                "-F",
                "%q %t %p",
                "-d"));
    try {
      var topicName = "command/" + device.address() + "/req/1/reboot";
      var service = new ServiceAccount(stack, "command", 905);
      // A service resends until it hears of the delivery; nobody can tell when mosquitto_sub is
      // subscribed, since it writes to a file only when it ends.
      await()
          .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
          .until(
              () -> {
                service.publish(
                    topicName, "{\"delay\":5}", MqttQos.fromCode(Integer.parseInt(qos)));
                return Mosquitto.endsSoon(subscriber);
              });
      var printed = Files.readString(output);
      assertEquals(0, subscriber.exitValue(), printed);
      assertTrue(printed.contains(qos + " " + topicName + " {\"delay\":5}"), printed);
      // What is asked for is granted.
      assertTrue(printed.matches("(?s).*Subscribed \\(mid: \\d+\\): " + qos + "\\n.*"), printed);
    } finally {
      subscriber.destroyForcibly();
    }
  }

  private static List<String> publish(TestDevice device, String... more) {
    var command = Mosquitto.command("mosquitto_pub", device, more);
    command.addAll(List.of("-t", device.telemetry(), "-m", "{\"temperature\":21.5}"));
    return command;
  }
}
