package io.muster.command.commands;

import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The broker, behind it devices, and what ingest tells of them. Thread-safe. */
final class PlayedBroker {
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final List<OutboxEvent> received = new CopyOnWriteArrayList<>();
  private final AtomicLong epochs = new AtomicLong();
  private volatile boolean away;
  private volatile Conduct conduct = Conduct.ANSWER;

  /** What all devices do with a command. */
  enum Conduct {
    /** It does not reach them. */
    GONE,
    /** They acknowledge it and say nothing. */
    TAKE,
    /** They acknowledge it, say that they are at work and never finish. */
    WORK,
    /** They do it. */
    ANSWER
  }

  /** What ingest told so far, in order. */
  List<OutboxEvent> log() {
    return log;
  }

  /** What was published, in order. */
  List<OutboxEvent> received() {
    return received;
  }

  /** The topic names of what was published for a device. */
  List<String> topics(DeviceAddress device) {
    var prefix = "command/" + device + "/";
    return received.stream().map(OutboxEvent::topic).filter(it -> it.startsWith(prefix)).toList();
  }

  void goAway() {
    away = true;
  }

  void comeBack() {
    away = false;
  }

  void devices(Conduct next) {
    conduct = next;
  }

  /** Takes a message. */
  Uni<Void> take(OutboxEvent event) {
    if (away) {
      return Uni.createFrom().failure(new IllegalStateException("away"));
    }
    received.add(event);
    var level = event.topic().split("/");
    var to = DeviceAddress.of(level[1], level[2]);
    var command = UUID.fromString(level[4]);
    var does = conduct;
    if (does != Conduct.GONE) {
      tell("delivered", to, new DeliveredEvent(event.topic(), 1, Instant.now(), event.id()));
    }
    if (does == Conduct.WORK || does == Conduct.ANSWER) {
      answer(to, command, 202);
    }
    if (does == Conduct.ANSWER) {
      answer(to, command, 200);
    }
    return Uni.createFrom().voidItem();
  }

  long connect(DeviceAddress device) {
    var epoch = epochs.incrementAndGet();
    tell(
        "session/connected",
        device,
        new SessionEvent("r", "b", epoch, epoch, client(device), Instant.now(), null));
    return epoch;
  }

  void disconnect(DeviceAddress device, long epoch) {
    tell(
        "session/disconnected",
        device,
        new SessionEvent("r", "b", epoch, epoch, client(device), Instant.now(), "client"));
  }

  /** The gateway's connection hears what is said to the device behind it. */
  void listen(DeviceAddress gateway, long epoch, DeviceAddress device, String filter) {
    tell(
        "session/subscribed",
        device,
        new SubscribedEvent(client(gateway), epoch, List.of(filter), Instant.now()));
  }

  void answer(DeviceAddress from, UUID command, int status) {
    append(
        UUID.randomUUID(),
        "command/" + from + "/res/" + command + "/" + status,
        "application/json",
        "{\"ok\":true}".getBytes(StandardCharsets.UTF_8));
  }

  synchronized void append(UUID id, String topic, String contentType, byte[] payload) {
    log.add(
        new OutboxEvent(
            log.size() + 1, id, topic, 1, contentType, Map.of(), payload, Instant.now()));
  }

  private void tell(String event, DeviceAddress about, Object data) {
    var topic = PlatformTopic.of(ServiceName.INGEST, event, about);
    var entry = OutboxEntry.event(UUID.randomUUID(), topic, data, Instant.now(), Map.of());
    append(entry.id(), entry.topic(), CloudEvent.CONTENT_TYPE, entry.payload());
  }

  private static String client(DeviceAddress device) {
    return device.tenant() + ":" + device.device();
  }
}
