package io.muster.command;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.DownwardTopic;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Ingest as this service sees it: at the real broker, and with a log that says what devices do. */
public final class Endpoint implements AutoCloseable {
  private final List<Mqtt5Publish> received = new CopyOnWriteArrayList<>();
  private final AtomicLong epochs = new AtomicLong();
  private final Neighbour log;
  private final Mqtt5BlockingClient client;

  Endpoint(String brokerUrl, String token, Neighbour log) {
    this.log = log;
    client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(ServiceName.INGEST.clientIdentifier(7))
            .serverHost("127.0.0.1")
            .serverPort(java.net.URI.create(brokerUrl).getPort())
            .buildBlocking();
    client.toAsync().publishes(MqttGlobalPublishFilter.ALL, received::add);
    client
        .connectWith()
        .simpleAuth()
        .username(ServiceName.INGEST.userName())
        .password(token.getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth()
        .send();
    client.subscribeWith().topicFilter("command/+/+/req/#").qos(MqttQos.EXACTLY_ONCE).send();
    DownwardTopic.FILTERS.stream()
        .filter(filter -> filter.startsWith("aws/+/+/jobs/"))
        .forEach(
            filter -> client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send());
  }

  /** What came for the device so far. */
  public List<Mqtt5Publish> received(DeviceAddress device) {
    var prefix = "command/" + device + "/req/";
    return received.stream().filter(it -> it.getTopic().toString().startsWith(prefix)).toList();
  }

  /** What came for the device over AWS IoT's topics so far. */
  public List<Mqtt5Publish> jobs(DeviceAddress device) {
    var prefix = "aws/" + device + "/jobs/";
    return received.stream().filter(it -> it.getTopic().toString().startsWith(prefix)).toList();
  }

  /**
   * The device asks for its jobs over AWS IoT's topics.
   *
   * @param rest of the topic name
   */
  public void askForJobs(DeviceAddress device, String rest, String payload) {
    log.tell("aws/" + device + "/jobs/" + rest, null, payload.getBytes(StandardCharsets.UTF_8));
  }

  /** The topic names of it, without what they have in common. */
  public List<String> names(DeviceAddress device) {
    var prefix = "command/" + device + "/req/";
    return received(device).stream()
        .map(it -> it.getTopic().toString().substring(prefix.length()))
        .toList();
  }

  /** The device connects; gives the epoch. */
  public long connect(DeviceAddress device) {
    var epoch = epochs.incrementAndGet();
    session("connected", device, epoch);
    return epoch;
  }

  public void disconnect(DeviceAddress device, long epoch) {
    session("disconnected", device, epoch);
  }

  /** A gateway's connection hears what is said to a device behind it. */
  public void listen(DeviceAddress gateway, long epoch, DeviceAddress device, String... filters) {
    event(
        "session/subscribed",
        device,
        new SubscribedEvent(client(gateway), epoch, List.of(filters), Instant.now()));
  }

  public void delivered(DeviceAddress device, String topic, UUID messageId) {
    event("delivered", device, new DeliveredEvent(topic, 1, Instant.now(), messageId));
  }

  /** The device's client acknowledges a message. */
  public void delivered(DeviceAddress device, Mqtt5Publish message) {
    delivered(
        device, message.getTopic().toString(), UUID.fromString(property(message, "muster-id")));
  }

  public void answer(DeviceAddress device, String command, int status, String payload) {
    log.tell(
        "command/" + device + "/res/" + command + "/" + status,
        payload.isEmpty() ? null : "application/json",
        payload.getBytes(StandardCharsets.UTF_8));
  }

  public static String property(Mqtt5Publish publish, String name) {
    return publish.getUserProperties().asList().stream()
        .filter(property -> property.getName().toString().equals(name))
        .map(property -> property.getValue().toString())
        .findFirst()
        .orElse(null);
  }

  private void session(String what, DeviceAddress device, long epoch) {
    var reason = what.equals("connected") ? null : "client";
    event(
        "session/" + what,
        device,
        new SessionEvent("r", "b", epoch, epoch, client(device), Instant.now(), reason));
  }

  private static String client(DeviceAddress device) {
    return device.tenant() + ":" + device.device();
  }

  private void event(String event, DeviceAddress device, Object data) {
    var topic = PlatformTopic.of(ServiceName.INGEST, event, device);
    var entry = OutboxEntry.event(UUID.randomUUID(), topic, data, Instant.now(), Map.of());
    log.tell(entry.id(), entry.topic(), CloudEvent.CONTENT_TYPE, entry.payload());
  }

  @Override
  public void close() {
    client.disconnect();
  }
}
