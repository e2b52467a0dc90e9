package io.muster.systemtests.firmware;

import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.muster.systemtests.devices.TestDevice;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A device with an MQTT client that hears notices. */
record UpdateListener(TestDevice device, Mqtt5AsyncClient client, List<String> heard)
    implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long PATIENCE_SECONDS = 60;

  static UpdateListener connect(TestDevice device, int port) {
    var client = device.mqtt5(port).toAsync();
    var listener = new UpdateListener(device, client, new CopyOnWriteArrayList<>());
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        // One that was kept for whoever comes next is none that is waited for.
        it ->
            listener.heard.add(
                (it.isRetain() ? "retained " : "")
                    + new String(it.getPayloadAsBytes(), StandardCharsets.UTF_8)));
    client
        .connect()
        .thenCompose(
            _ ->
                client
                    .subscribeWith()
                    .topicFilter("firmware/" + device.address() + "/notify")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
    return listener;
  }

  void awaitNotice(String notice) {
    await().atMost(SOON).until(() -> heard.contains(notice));
  }

  void say(String feedback) {
    client
        .publishWith()
        .topic("firmware/" + device.address() + "/feedback")
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(feedback.getBytes(StandardCharsets.UTF_8))
        .send()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  @Override
  public void close() {
    client.disconnect().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Feedback of hawkBit's API to an update. */
  static String feedback(long action, String execution, String finished) {
    return "{\"id\":%d,\"status\":{\"execution\":\"%s\",\"result\":{\"finished\":\"%s\"}}}"
        .formatted(action, execution, finished);
  }
}
