package io.muster.command.aws;

import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Events of ingest's log, as devices cause them. */
final class AwsEvents {
  private final Clock clock;
  private final AtomicLong epochs = new AtomicLong();

  AwsEvents(Clock clock) {
    this.clock = clock;
  }

  static String things(DeviceAddress device) {
    return "$aws/things/" + device.tenant() + ":" + device.device() + "/";
  }

  /**
   * @param rest {@code get}, {@code start-next}, {@code {jobId}/get} or {@code {jobId}/update}
   * @param payload JSON with single quotes
   */
  OutboxEvent request(DeviceAddress device, String rest, String payload) {
    return event(
        "aws/" + device + "/jobs/" + rest,
        payload.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  OutboxEvent answer(DeviceAddress device, UUID command, int status) {
    return event("command/" + device + "/res/" + command + "/" + status, new byte[0]);
  }

  /** A connection of the device's own; the next epoch is {@link #epoch()}. */
  OutboxEvent connected(DeviceAddress device) {
    return session("connected", device, epochs.incrementAndGet());
  }

  OutboxEvent disconnected(DeviceAddress device) {
    return session("disconnected", device, epochs.get());
  }

  long epoch() {
    return epochs.get();
  }

  /** The last connection of the client subscribes to topics of the device. */
  OutboxEvent subscribed(DeviceAddress client, DeviceAddress device, String... filters) {
    return about(
        "session/subscribed",
        device,
        new SubscribedEvent(client(client), epochs.get(), List.of(filters), clock.instant()));
  }

  OutboxEvent delivered(DeviceAddress device, String topic, UUID message) {
    return about(
        "delivered", device, new DeliveredEvent(topic, epochs.get(), clock.instant(), message));
  }

  private OutboxEvent session(String what, DeviceAddress device, long epoch) {
    var reason = what.equals("connected") ? null : "client";
    return about(
        "session/" + what,
        device,
        new SessionEvent("r", "b", epoch, epoch, client(device), clock.instant(), reason));
  }

  private OutboxEvent about(String event, DeviceAddress device, Object data) {
    var topic = PlatformTopic.of(ServiceName.INGEST, event, device);
    var entry = OutboxEntry.event(UUID.randomUUID(), topic, data, clock.instant(), Map.of());
    return new OutboxEvent(
        1,
        entry.id(),
        entry.topic(),
        1,
        CloudEvent.CONTENT_TYPE,
        Map.of(),
        entry.payload(),
        clock.instant());
  }

  private OutboxEvent event(String topic, byte[] payload) {
    return new OutboxEvent(
        1,
        UUID.randomUUID(),
        topic,
        1,
        "application/json",
        Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        payload,
        clock.instant());
  }

  private static String client(DeviceAddress device) {
    return device.tenant() + ":" + device.device();
  }
}
