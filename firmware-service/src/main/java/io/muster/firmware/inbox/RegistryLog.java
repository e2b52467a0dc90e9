package io.muster.firmware.inbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.rollouts.ContinuousRollouts;
import io.muster.firmware.targets.TargetTable;
import io.muster.outbox.SharedEffects;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * What the registry's log says: devices that are deleted or disabled, and tenants that are
 * suspended, get nothing any more. Called by one thread at a time.
 */
@ApplicationScoped
class RegistryLog implements SharedEffects.Reader {
  private static final Logger LOG = Logger.getLogger(RegistryLog.class);
  private static final Set<String> WANTED =
      Set.of(
          "device-deleted",
          "device-disabled",
          "device-updated",
          "tenant-suspended",
          "tenant-updated");

  /** What may make a device fit a group or a filter. */
  private static final Set<String> FITTING =
      Set.of("device-created", "device-updated", "group-changed");

  private final Database database;
  private final ContinuousRollouts rollouts;
  private final Clock clock;

  RegistryLog(Database database, ContinuousRollouts rollouts, Clock clock) {
    this.database = database;
    this.rollouts = rollouts;
    this.clock = clock;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return PlatformTopic.parse(event.topic())
        .filter(topic -> WANTED.contains(topic.event()) || FITTING.contains(topic.event()))
        .isPresent();
  }

  @Override
  public Uni<Void> apply(SqlConnection connection, List<OutboxEvent> events) {
    return database
        .run(
            connection,
            db -> {
              var topics =
                  events.stream()
                      .map(event -> PlatformTopic.parse(event.topic()).orElseThrow())
                      .toList();
              rollouts.changed(
                  db,
                  topics.stream()
                      .filter(topic -> FITTING.contains(topic.event()))
                      .map(PlatformTopic::tenant)
                      .toList());
              var wanted = topics.stream().filter(topic -> WANTED.contains(topic.event())).toList();
              lock(db, wanted);
              wanted.forEach(topic -> apply(db, topic));
              return null;
            })
        .replaceWithVoid();
  }

  @Override
  public Uni<Void> startOver(SqlConnection connection) {
    LOG.warn("What the registry told for a while is lost: it is asked about each device again");
    return database
        .run(
            connection,
            db -> {
              rollouts.allChanged(db);
              TargetTable.forgetAll(db);
              return null;
            })
        .replaceWithVoid();
  }

  private static void lock(Sql db, List<PlatformTopic> wanted) {
    TargetTable.lockAll(
        db,
        wanted.stream().filter(it -> it.device().isPresent()).map(RegistryLog::device).toList(),
        wanted.stream()
            .filter(it -> it.event().equals("tenant-updated"))
            .map(PlatformTopic::tenant)
            .toList());
  }

  private void apply(Sql db, PlatformTopic topic) {
    switch (topic.event()) {
      case "device-deleted" -> TargetTable.deleted(db, device(topic), clock.instant());
      case "device-disabled" -> TargetTable.disabled(db, device(topic));
      case "device-updated" -> TargetTable.updated(db, device(topic));
      case "tenant-suspended" -> TargetTable.suspended(db, topic.tenant());
      case "tenant-updated" -> TargetTable.resumed(db, topic.tenant());
      default -> throw new IllegalStateException(topic.event());
    }
  }

  /**
   * @throws MalformedIdException never: the registry names its devices right
   */
  private static DeviceAddress device(PlatformTopic topic) {
    return DeviceAddress.of(topic.tenant().value(), topic.device().orElseThrow());
  }
}
