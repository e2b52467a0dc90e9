package io.muster.firmware.inbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.DeviceTopic;
import io.muster.contract.topic.PlatformTopic;
import io.muster.contract.topic.TopicFilter;
import io.muster.firmware.actions.Actions;
import io.muster.firmware.actions.Reminders;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.ddi.DeviceMessage;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.firmware.targets.Targets;
import io.muster.firmware.targets.UnsureTargets;
import io.muster.outbox.SharedEffects;
import io.muster.rest.problem.RefusedException;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What ingest's log says of devices and their firmware: feedback, and who begins to listen. A page
 * in one transaction; each device's in their order. What cannot be taken is counted and nothing to
 * wait at. Called by one thread at a time.
 */
@Startup
@ApplicationScoped
@RegisterForReflection(targets = SubscribedEvent.class)
class IngestLog implements SharedEffects.Reader {
  private static final Logger LOG = Logger.getLogger(IngestLog.class);
  private static final String FIRMWARE = "firmware/";
  private static final String SUBSCRIBED = "platform/ingest/session/subscribed/";

  private final Neighbours neighbours;
  private final UnsureTargets unsure;
  private final Database database;
  private final Actions actions;
  private final Reminders reminders;
  private final MeterRegistry meters;

  IngestLog(
      Neighbours neighbours,
      UnsureTargets unsure,
      Database database,
      Actions actions,
      Reminders reminders,
      MeterRegistry meters) {
    this.neighbours = neighbours;
    this.unsure = unsure;
    this.database = database;
    this.actions = actions;
    this.reminders = reminders;
    this.meters = meters;
    List.of("taken", "late", "refused", "unknown", "unreadable").forEach(this::counter);
  }

  /**
   * A page of the log, once it is known of its devices whether they may take part: what is taken is
   * taken once, so with the registry away it waits.
   */
  Uni<EventPage> page(long after, int limit) {
    return neighbours
        .ingestEvents(after, limit)
        .emitOn(Infrastructure.getDefaultWorkerPool())
        .invoke(page -> unsure.learn(speakers(page.items())));
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return event.topic().startsWith(FIRMWARE) || event.topic().startsWith(SUBSCRIBED);
  }

  @Override
  public Uni<Void> apply(SqlConnection connection, List<OutboxEvent> events) {
    return database
        .run(
            connection,
            db -> {
              TargetTable.lockAll(db, speakers(events), Set.of());
              Set<DeviceAddress> listening = new LinkedHashSet<>();
              for (var event : events) {
                if (event.topic().startsWith(FIRMWARE)) {
                  said(db, event);
                } else {
                  listener(event).ifPresent(listening::add);
                }
              }
              // After the feedback, which may be the end of what waits.
              reminders.remind(db, listening);
              return null;
            })
        .replaceWithVoid();
  }

  /** Devices say it again, poll, and are told at their next session. */
  @Override
  public Uni<Void> startOver(SqlConnection connection) {
    LOG.warn("What ingest told for a while is lost, feedback of devices over MQTT among it");
    return Uni.createFrom().voidItem();
  }

  /** After the commit of what was applied. */
  void committed() {
    actions.committed();
  }

  private static Set<DeviceAddress> speakers(List<OutboxEvent> events) {
    return events.stream()
        .flatMap(event -> speaker(event).stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Whose event it is; what cannot be read is counted when it is taken. */
  private static Optional<DeviceAddress> speaker(OutboxEvent event) {
    if (event.topic().startsWith(FIRMWARE)) {
      return DeviceTopic.parse(event.topic()).orElse(null)
              instanceof DeviceTopic.FirmwareFeedback it
          ? Optional.of(it.address())
          : Optional.empty();
    }
    try {
      return PlatformTopic.parse(event.topic())
          .filter(_ -> event.topic().startsWith(SUBSCRIBED))
          .flatMap(it -> it.device().map(id -> DeviceAddress.of(it.tenant().value(), id)));
    } catch (MalformedIdException nobody) {
      return Optional.empty();
    }
  }

  private void said(Sql db, OutboxEvent event) {
    count(
        DeviceTopic.parse(event.topic()).orElse(null) instanceof DeviceTopic.FirmwareFeedback it
            ? Targets.found(db, it.address())
                .map(target -> taken(db, target, event))
                .orElse("unknown")
            : "unreadable");
  }

  private String taken(Sql db, Target target, OutboxEvent event) {
    try {
      switch (DeviceMessage.read(event.payload())) {
        case DeviceMessage.OfUpdate it ->
            actions.deploymentFeedback(db, target, it.action(), it.feedback());
        case DeviceMessage.OfCancellation it ->
            actions.cancellationFeedback(db, target, it.action(), it.feedback());
        case DeviceMessage.OfConfirmation it ->
            actions.confirm(db, target, it.action(), it.agreed(), it.details());
      }
      return "taken";
    } catch (Actions.GoneException late) {
      return "late";
    } catch (RefusedException refused) {
      LOG.debugf("Feedback %d of %s: %s", event.sequence(), target.device(), refused.getMessage());
      return "refused";
    }
  }

  private Optional<DeviceAddress> listener(OutboxEvent event) {
    try {
      var topic = PlatformTopic.parse(event.topic()).orElseThrow();
      var device = DeviceAddress.of(topic.tenant().value(), topic.device().orElseThrow());
      var data = ContractJson.mapper().readTree(event.payload()).path("data");
      var told = ContractJson.mapper().treeToValue(data, SubscribedEvent.class);
      return Optional.of(device).filter(it -> hears(told, it));
    } catch (IOException | RuntimeException unreadable) {
      // Stopping at it would let every later one wait.
      LOG.debugf(unreadable, "Event %d of ingest cannot be read", event.sequence());
      count("unreadable");
      return Optional.empty();
    }
  }

  private static boolean hears(SubscribedEvent told, DeviceAddress device) {
    var notice = FIRMWARE + device + "/notify";
    return told.filters().stream()
        .filter(TopicFilter::isValid)
        .anyMatch(filter -> new TopicFilter(filter).matches(notice));
  }

  private void count(String outcome) {
    counter(outcome).increment();
  }

  private Counter counter(String outcome) {
    return Counter.builder("muster.firmware.mqtt.feedback")
        .tag("outcome", outcome)
        .description("What devices say over MQTT, by what came of it")
        .register(meters);
  }
}
