package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device that listens for commands with HiveMQ's client in a session that outlives its
 * connections, and goes to the next of the endpoints that it knows when one is lost.
 */
public final class CommandedDevice implements AutoCloseable {
  private static final long SESSION_SECONDS = 600;
  private static final long PATIENCE_SECONDS = 60;

  private final TestDevice device;
  private final EndpointRotation rotation;
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Mqtt5AsyncClient client;

  private CommandedDevice(TestDevice device, List<Integer> ports) {
    this.device = device;
    this.rotation = new EndpointRotation(ports);
    this.client =
        device
            .mqtt5Builder(ports.getFirst())
            .addConnectedListener(context -> connections.incrementAndGet())
            .addDisconnectedListener(rotation)
            .buildAsync();
  }

  /**
   * Connects to the first and subscribes to all commands.
   *
   * @param ports of the endpoints that it knows
   */
  public static CommandedDevice connect(TestDevice device, Integer... ports) {
    var commanded = new CommandedDevice(device, List.of(ports));
    var client = commanded.client;
    client.publishes(
        MqttGlobalPublishFilter.ALL, it -> commanded.heard.add(it.getTopic().toString()));
    client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(SESSION_SECONDS)
        .send()
        .thenCompose(
            connAck ->
                client
                    .subscribeWith()
                    .topicFilter("command/" + device.address() + "/req/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
    return commanded;
  }

  public TestDevice device() {
    return device;
  }

  public int connectionCount() {
    return connections.get();
  }

  /** The topic names of what came, each as often as the client gave it to its user. */
  public List<String> heard() {
    return List.copyOf(heard);
  }

  /** How often one came. */
  public int timesHeard(String topicName) {
    return Collections.frequency(heard, topicName);
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
