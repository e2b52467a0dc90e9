package io.muster.firmware.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.InstalledEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.database.Sql;
import io.muster.firmware.outbox.FirmwarePublisher;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.muster.rest.tracing.TraceProperties;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What this service says, to devices and to the others: written in the transaction of the change
 * that it tells of. Thread-safe.
 */
@ApplicationScoped
@RegisterForReflection(
    targets = {InstalledEvent.class, InstalledEvent.Module.class, Messages.Notice.class})
public class Messages {
  private final FirmwarePublisher publisher;
  private final Clock clock;
  private final EventIds ids;

  Messages(FirmwarePublisher publisher, Clock clock) {
    this.publisher = publisher;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * What a device is told under {@code firmware/{tenant}/{device}/notify}.
   *
   * @param pending the link of hawkBit's API to follow: {@code deploymentBase}, {@code
   *     confirmationBase} or {@code cancelAction}
   * @param id of the action
   */
  public record Notice(String pending, String id) {}

  /** Tells a device that something waits; one that is not connected finds out by itself. */
  public void notice(Sql db, DeviceAddress device, Notice notice) {
    append(db, entry(device, notice));
  }

  /** The same for many devices at a time. */
  public void notices(Sql db, Map<DeviceAddress, Notice> notices) {
    var entries = notices.entrySet().stream().map(it -> entry(it.getKey(), it.getValue())).toList();
    db.await(connection -> Outbox.append(connection, entries));
  }

  private OutboxEntry entry(DeviceAddress device, Notice notice) {
    return new OutboxEntry(
        ids.next(),
        "firmware/" + device + "/notify",
        1,
        "application/json",
        TraceProperties.current(),
        bytes(notice),
        clock.instant());
  }

  /** Tells the others what a device has installed. */
  public void installed(
      Sql db, DeviceAddress device, List<InstalledEvent.Module> modules, Instant at) {
    append(
        db,
        OutboxEntry.event(
            ids.next(),
            PlatformTopic.of(ServiceName.FIRMWARE, "installed", device),
            new InstalledEvent(modules, at),
            at,
            TraceProperties.current()));
  }

  /** After the commit. */
  public void committed() {
    publisher.wakeUp();
  }

  private static void append(Sql db, OutboxEntry entry) {
    db.await(connection -> Outbox.append(connection, List.of(entry)));
  }

  private static byte[] bytes(Notice notice) {
    try {
      return ContractJson.mapper().writeValueAsBytes(notice);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
