package io.muster.registry.shadow;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.chore.Chore;
import io.muster.registry.events.Changes;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Sends a delta again that somebody is subscribed to and has not acknowledged: the endpoint drops
 * what does not fit into a device's queue, and what the broker could not give it. Every instance
 * looks; what is due is settled under the shadow's lock, so it is sent once. Thread-safe.
 */
@ApplicationScoped
class DeltaResender {
  private static final Logger LOG = Logger.getLogger(DeltaResender.class);
  private static final int BATCH = 200;

  private final Pool pool;
  private final Changes changes;
  private final ShadowConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final Counter resent;
  private final Chore chore;

  DeltaResender(
      Pool pool, Changes changes, ShadowConfig config, Clock clock, MeterRegistry meters) {
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.resent =
        Counter.builder("muster.registry.shadow.deltas.resent")
            .description("Deltas that were sent again, since nobody had acknowledged them")
            .register(meters);
    this.chore =
        new Chore(
            this::resendDue,
            // The database says more than once that it is away; the next look comes anyway.
            failure -> LOG.debug("Deltas could not be sent again", failure));
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.resendInterval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }

  /** Sends what is due now, unless another instance has just done so. */
  Uni<Void> resendDue() {
    return PendingDeltas.due(pool, clock.instant(), BATCH)
        .chain(
            due ->
                due.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : changes.inSqlTransaction(connection -> resend(connection, due)));
  }

  private Uni<Void> resend(SqlConnection connection, List<DueDelta> due) {
    var now = clock.instant();
    Map<Integer, ShadowPlace> places =
        due.stream()
            .collect(
                Collectors.toMap(it -> it.id().shadowKey(), DueDelta::place, (one, other) -> one));
    var keys = new TreeSet<ShadowKey>();
    places.values().forEach(place -> keys.add(place.key()));
    return ShadowTransaction.begin(connection, config, now, keys, new TreeSet<>())
        .call(() -> PendingDeltas.giveUp(connection, places.keySet(), now, config.resendAttempts()))
        .chain(
            shadows ->
                PendingDeltas.take(connection, places.keySet(), now, config.resendAfter())
                    .map(taken -> outgoing(taken, places, shadows, now)))
        .call(outgoing -> PendingDeltas.sent(connection, outgoing.deltas()))
        .call(outgoing -> Outbox.append(connection, outgoing.entries()))
        .invoke(outgoing -> resent.increment(outgoing.entries().size()))
        .replaceWithVoid();
  }

  private Outgoing outgoing(
      List<DueDelta.Id> taken,
      Map<Integer, ShadowPlace> places,
      ShadowTransaction shadows,
      Instant now) {
    var outgoing = new Outgoing(ids, now);
    for (var id : taken) {
      var place = places.get(id.shadowKey());
      shadows
          .find(place.key())
          .ifPresent(
              shadow -> outgoing.delta(place, shadow, id.family(), null, UserProperties.NONE));
    }
    return outgoing;
  }
}
