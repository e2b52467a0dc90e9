package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.contract.id.DeviceAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A device that takes commands with HiveMQ's client over MQTT 5 and answers them with 200, but not
 * before its gate is open. Thread-safe.
 */
public final class GatedDevice implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final int ID = 4;
  private static final int NAME = 5;

  private final TestDevice device;
  private final Mqtt5AsyncClient client;
  private final List<String> names = new ArrayList<>();
  private final List<String> unanswered = new ArrayList<>();
  private boolean open;

  private GatedDevice(TestDevice device, int port) {
    this.device = device;
    this.client = device.mqtt5Builder(port).automaticReconnectWithDefaultConfig().buildAsync();
  }

  /** Connects and subscribes. */
  public static GatedDevice connect(TestDevice device, int port) {
    var gated = new GatedDevice(device, port);
    gated.client.publishes(MqttGlobalPublishFilter.ALL, gated::take);
    gated
        .client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(600)
        .send()
        .thenCompose(
            connAck ->
                gated
                    .client
                    .subscribeWith()
                    .topicFilter("command/" + device.address() + "/req/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
    return gated;
  }

  public DeviceAddress address() {
    return device.address();
  }

  private synchronized void take(Mqtt5Publish command) {
    var level = command.getTopic().toString().split("/", -1);
    names.add(level[NAME]);
    if (open) {
      answer(level[ID], 200);
    } else {
      unanswered.add(level[ID]);
    }
  }

  /** Answers all that came, and from now on at once. */
  public synchronized void open() {
    open = true;
    unanswered.forEach(id -> answer(id, 200));
    unanswered.clear();
  }

  /**
   * Says something of a command, which need not be its own; the client keeps it until the PUBACK.
   */
  public void answer(String id, int status) {
    client
        .publishWith()
        .topic("command/" + device.address() + "/res/" + id + "/" + status)
        .qos(MqttQos.AT_LEAST_ONCE)
        .send();
  }

  /** The names of the commands that came, each once, in the order in which they came first. */
  public synchronized List<String> names() {
    return names.stream().distinct().toList();
  }

  @Override
  public void close() {
    client
        .disconnect()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(gone -> null)
        .join();
  }
}
