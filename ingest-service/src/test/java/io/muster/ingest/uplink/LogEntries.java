package io.muster.ingest.uplink;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.EventIds;
import io.muster.outbox.OutboxEntry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Entries of the log of an ingest-service, for tests. */
final class LogEntries {
  private static final EventIds IDS = new EventIds(Clock.systemUTC());

  private LogEntries() {}

  /** Answers to commands of one device, numbered in their payload. */
  static List<OutboxEntry> answers(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> answer("" + n)).toList();
  }

  /** One with all that an entry can carry. */
  static OutboxEntry answer(String payload) {
    return new OutboxEntry(
        IDS.next(),
        "command/acme/d1/res/0198c2a4-0000-7000-8000-000000000001/200",
        1,
        "text/plain",
        UserProperties.builder()
            .add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .add("twice", "a")
            .add("twice", "b")
            .build(),
        payload.getBytes(StandardCharsets.UTF_8),
        micros(Instant.now().minusSeconds(3_600)),
        new CarriedProperties(1, new byte[] {1, 2}, micros(Instant.now().plusSeconds(3_600))));
  }

  static OutboxEntry connected(String device, long epoch) {
    return session("session/connected", device, epoch, null);
  }

  static OutboxEntry disconnected(String device, long epoch) {
    return session("session/disconnected", device, epoch, "client");
  }

  private static OutboxEntry session(String event, String device, long epoch, String reason) {
    var address = DeviceAddress.of("acme", device);
    var data =
        new SessionEvent(
            "ingest-0",
            new UUID(1, 2).toString(),
            7,
            epoch,
            "acme:" + device,
            micros(Instant.now()),
            reason);
    return event(event, address, data);
  }

  static OutboxEntry subscribed(String device, long epoch, String... filters) {
    var address = DeviceAddress.of("acme", device);
    var data = new SubscribedEvent("acme:" + device, epoch, List.of(filters), Instant.now());
    return event("session/subscribed", address, data);
  }

  private static OutboxEntry event(String event, DeviceAddress device, Object data) {
    return OutboxEntry.event(
        IDS.next(),
        PlatformTopic.of(ServiceName.INGEST, event, device),
        data,
        micros(Instant.now()),
        Map.of());
  }

  /** As PostgreSQL keeps it. */
  private static Instant micros(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  /** The same as a site's log has them, from a position on. */
  static List<OutboxEvent> numbered(long after, List<OutboxEntry> entries) {
    return LongStream.rangeClosed(1, entries.size())
        .mapToObj(n -> numbered(after + n, entries.get((int) n - 1)))
        .toList();
  }

  private static OutboxEvent numbered(long sequence, OutboxEntry entry) {
    return new OutboxEvent(
        sequence,
        entry.id(),
        entry.topic(),
        entry.qos(),
        entry.contentType(),
        entry.userProperties(),
        entry.payload(),
        entry.createdAt(),
        entry.carried());
  }
}
