package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A device that answers commands with HiveMQ's client over MQTT 5, as the guide says. */
public final class AnsweringDevice implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final int ID = 4;

  private final TestDevice device;
  private final Function<String, Optional<Integer>> status;
  private final List<Mqtt5Publish> heard = new CopyOnWriteArrayList<>();
  private final EndpointRotation rotation;
  private final Mqtt5AsyncClient client;

  private AnsweringDevice(
      TestDevice device, List<Integer> ports, Function<String, Optional<Integer>> status) {
    this.device = device;
    this.status = status;
    this.rotation = new EndpointRotation(ports);
    this.client =
        device.mqtt5Builder(ports.getFirst()).addDisconnectedListener(rotation).buildAsync();
  }

  /** The same with a device that knows one endpoint. */
  public static AnsweringDevice connect(
      TestDevice device, int port, Function<String, Optional<Integer>> status) {
    return connect(device, List.of(port), status);
  }

  /** The same at QoS 1. */
  public static AnsweringDevice connect(
      TestDevice device, List<Integer> ports, Function<String, Optional<Integer>> status) {
    return connect(device, ports, MqttQos.AT_LEAST_ONCE, status);
  }

  /**
   * Connects to the first endpoint and subscribes.
   *
   * @param ports of the endpoints that it knows
   * @param most the QoS at which it subscribes
   * @param status the answer to a command of that name; empty for silence
   */
  public static AnsweringDevice connect(
      TestDevice device,
      List<Integer> ports,
      MqttQos most,
      Function<String, Optional<Integer>> status) {
    var answering = new AnsweringDevice(device, ports, status);
    var client = answering.client;
    client.publishes(MqttGlobalPublishFilter.ALL, answering::take);
    client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(600)
        .send()
        .thenCompose(
            connAck ->
                client
                    .subscribeWith()
                    .topicFilter("command/" + device.address() + "/req/#")
                    .qos(most)
                    .send())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
    return answering;
  }

  private void take(Mqtt5Publish command) {
    heard.add(command);
    var level = command.getTopic().toString().split("/", -1);
    status
        .apply(level[ID + 1])
        .ifPresent(
            it ->
                client
                    .publishWith()
                    .topic("command/" + device.address() + "/res/" + level[ID] + "/" + it)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload("{\"done\":true}".getBytes(StandardCharsets.UTF_8))
                    .send());
  }

  /** What came, each as often as it came. */
  public List<Mqtt5Publish> heard() {
    return List.copyOf(heard);
  }

  @Override
  public void close() {
    rotation.end();
    client
        .disconnect()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(gone -> null)
        .join();
  }
}
