package io.muster.registry.presence;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ServiceName;
import io.muster.outbox.EventIds;
import io.muster.registry.inbox.InboxHandler;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * What ingest's log tells of connections, and what devices say of themselves: a batch of events in
 * one transaction, in their order. Thread-safe.
 */
@ApplicationScoped
class PresenceInbox implements InboxHandler {
  private static final Logger LOG = Logger.getLogger(PresenceInbox.class);
  private static final String FORGET_CONNECTIONS = "DELETE FROM presence_connection";

  private final PresenceConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final PresenceMeters meters;

  PresenceInbox(PresenceConfig config, Clock clock, PresenceMeters meters) {
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.meters = meters;
  }

  @Override
  public ServiceName service() {
    return ServiceName.INGEST;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return PresenceStepReader.wants(event.topic());
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    var steps = events.stream().map(PresenceStepReader::read).flatMap(Optional::stream).toList();
    return steps.isEmpty() ? Uni.createFrom().voidItem() : take(transaction, steps);
  }

  private Uni<Void> take(SqlConnection transaction, List<PresenceStep> steps) {
    var now = clock.instant();
    return ReplicaTable.heardOf(transaction, replicas(steps), now)
        .chain(() -> PresenceTransaction.of(transaction, steps))
        .chain(presences -> presences.write(config.rules(), ids, now))
        .invoke(meters::changed)
        .replaceWithVoid();
  }

  private static Map<UUID, String> replicas(List<PresenceStep> steps) {
    Map<UUID, String> names = new HashMap<>();
    for (var step : steps) {
      if (step instanceof PresenceStep.Connected it && it.bootId() != null) {
        names.put(it.bootId(), it.replica() == null ? "" : it.replica());
      }
    }
    return names;
  }

  /**
   * Who is connected is not known for now. Nobody goes for it: whoever is there will be heard of,
   * and whoever is not falls silent.
   */
  @Override
  public Uni<Void> startOver(SqlConnection transaction) {
    LOG.warn("What ingest told for a while is lost: who is connected is not known for now");
    return transaction.query(FORGET_CONNECTIONS).execute().replaceWithVoid();
  }
}
