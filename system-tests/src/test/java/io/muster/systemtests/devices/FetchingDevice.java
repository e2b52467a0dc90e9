package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A device that fetches its jobs over AWS IoT's topics with HiveMQ's client over MQTT 5. An answer
 * may be lost with who was to give it: whoever asks does it again. Thread-safe.
 */
public final class FetchingDevice implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final String jobs;
  private final Mqtt5AsyncClient client;
  private final Queue<String> told = new ConcurrentLinkedQueue<>();

  private FetchingDevice(TestDevice device, int port) {
    this.jobs = "$aws/things/" + device.clientIdentifier() + "/jobs/";
    this.client = device.mqtt5Builder(port).automaticReconnectWithDefaultConfig().buildAsync();
  }

  /** Connects and subscribes. */
  public static FetchingDevice connect(TestDevice device, int port) {
    var fetching = new FetchingDevice(device, port);
    fetching.client.publishes(MqttGlobalPublishFilter.ALL, fetching::take);
    fetching
        .client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(600)
        .send()
        .thenCompose(
            connAck ->
                fetching
                    .client
                    .subscribeWith()
                    .topicFilter(fetching.jobs + "#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
    return fetching;
  }

  private void take(Mqtt5Publish message) {
    told.add(
        message.getTopic().toString().substring(jobs.length())
            + " "
            + new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8));
  }

  /** Asks for the next job, or for the one that it has begun. */
  public void startNext() {
    say("start-next", "{}");
  }

  /** Whether it was told that it has begun that one. */
  public boolean hasBegun(String job) {
    return told.stream().anyMatch(it -> it.startsWith("start-next/accepted ") && it.contains(job));
  }

  /** Says that it has done it. */
  public void succeed(String job) {
    say(job + "/update", "{\"status\":\"SUCCEEDED\"}");
  }

  private void say(String what, String json) {
    client
        .publishWith()
        .topic(jobs + what)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(json.getBytes(StandardCharsets.UTF_8))
        .send();
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
