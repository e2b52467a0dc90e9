package io.muster.command.inbox;

import io.muster.command.aws.AwsJobs;
import io.muster.command.jobs.ContinuousJobs;
import io.muster.command.life.Happening;
import io.muster.command.life.Reason;
import io.muster.command.queue.Arrivals;
import io.muster.command.queue.Deletions;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.SharedEffects;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * What the registry's log says: commands of devices that are deleted end, and continuous jobs look
 * whether devices have come to fit. Called by one thread at a time.
 */
@ApplicationScoped
class RegistryLog implements SharedEffects.Reader {
  private static final Logger LOG = Logger.getLogger(RegistryLog.class);
  private static final String DELETED = "platform/registry/device-deleted/";

  /** What may make a device fit. */
  private static final List<String> FITTING =
      List.of(
          "platform/registry/device-created/",
          "platform/registry/device-updated/",
          "platform/registry/group-changed/");

  private static final String UNKNOWN =
      """
      UPDATE device_queue AS q SET known = false, deleted = true
        FROM unnest($1::text[], $2::text[]) AS gone (tenant, device)
       WHERE q.tenant = gone.tenant AND q.device = gone.device\
      """;

  private final Queues queues;
  private final ContinuousJobs jobs;
  private final Clock clock;
  private final AtomicReference<Written> written = new AtomicReference<>(Written.NOTHING);

  RegistryLog(Queues queues, ContinuousJobs jobs, Clock clock) {
    this.queues = queues;
    this.jobs = jobs;
    this.clock = clock;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return event.topic().startsWith(DELETED) || makesFit(event);
  }

  @Override
  public Uni<Void> apply(SqlConnection db, List<OutboxEvent> events) {
    written.set(Written.NOTHING);
    Map<DeviceAddress, Long> gone = new HashMap<>();
    Set<TenantId> changed = new HashSet<>();
    for (var event : events) {
      if (makesFit(event)) {
        PlatformTopic.parse(event.topic()).ifPresent(topic -> changed.add(topic.tenant()));
      } else {
        device(event).ifPresent(device -> gone.put(device, event.sequence()));
      }
    }
    return jobs.changed(db, changed).flatMap(done -> end(db, gone));
  }

  private Uni<Void> end(SqlConnection db, Map<DeviceAddress, Long> gone) {
    if (gone.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var devices = gone.keySet();
    // Who is about to write down that there is such a device sees it, or is seen.
    return Arrivals.keepApart(db, devices)
        .flatMap(done -> Deletions.note(db, gone, clock.instant()))
        .flatMap(done -> queues.begin(db, devices))
        .invoke(
            open ->
                devices.forEach(
                    device ->
                        open.applyToAll(
                            device,
                            new Happening.Cancelled(Reason.DEVICE_DELETED, clock.instant()))))
        .flatMap(open -> open.write())
        .invoke(written::set)
        .flatMap(done -> db.preparedQuery(UNKNOWN).execute(names(devices)))
        .flatMap(done -> AwsJobs.forget(db, devices));
  }

  /** Whether there is a device is asked again at its next command; those of others expire. */
  @Override
  public Uni<Void> startOver(SqlConnection db) {
    LOG.warn("What the registry told for a while is lost: it is asked about each device again");
    written.set(Written.NOTHING);
    return jobs.allChanged(db)
        .flatMap(done -> Deletions.forgetAll(db))
        .flatMap(done -> db.query("UPDATE device_queue SET known = false").execute())
        .replaceWithVoid();
  }

  /** After the commit of what was applied. */
  void committed() {
    queues.committed(written.getAndSet(Written.NOTHING));
  }

  private static boolean makesFit(OutboxEvent event) {
    return FITTING.stream().anyMatch(event.topic()::startsWith);
  }

  private static Optional<DeviceAddress> device(OutboxEvent event) {
    return PlatformTopic.parse(event.topic())
        .flatMap(
            topic ->
                topic.device().map(device -> DeviceAddress.of(topic.tenant().value(), device)));
  }

  private static Tuple names(Set<DeviceAddress> devices) {
    var list = List.copyOf(devices);
    return Tuple.of(
        list.stream().map(it -> it.tenant().value()).toArray(String[]::new),
        list.stream().map(it -> it.device().value()).toArray(String[]::new));
  }
}
