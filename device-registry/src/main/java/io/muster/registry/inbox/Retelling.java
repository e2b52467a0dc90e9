package io.muster.registry.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.ServiceName;
import io.muster.outbox.chore.Chore;
import io.muster.registry.events.Changes;
import io.muster.rest.client.Neighbour;
import io.muster.rest.sessions.SessionRetelling;
import io.muster.rest.sessions.SessionsAt;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Ends the time in which nobody knows who is connected, because ingest's log was lost: asks ingest
 * for all who are, page by page, while its log is followed on from where it ended. Each instance
 * asks; whose page counts is settled under the lock of the gap's row, so each is told once.
 * Thread-safe.
 */
// The first that starts over: its row is locked before those of other handlers, here as there.
@Priority(Retelling.FIRST)
@ApplicationScoped
class Retelling implements InboxHandler {
  static final int FIRST = 1_000;

  private static final Logger LOG = Logger.getLogger(Retelling.class);

  private final Optional<Neighbour> neighbour;
  private final SessionRetelling.Asked ingest;
  private final List<SessionHandler> handlers;
  private final Pool pool;
  private final Changes changes;
  private final InboxConfig config;
  private final Clock clock;
  private final SessionRetelling retelling;
  private final Chore chore = SessionRetelling.chore(this::goOn);
  private volatile Instant pausedUntil = Instant.EPOCH;

  @Inject
  Retelling(
      @All List<SessionHandler> handlers,
      Vertx vertx,
      Pool pool,
      Changes changes,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    var caFile = config.ingest().caFile();
    var neighbour =
        config.ingestUrl().map(url -> Asking.of(ServiceName.INGEST, url, vertx, config, caFile));
    this(
        neighbour,
        (after, limit) -> new SessionsAt(neighbour.orElseThrow()).page(after, limit),
        handlers,
        pool,
        changes,
        config,
        clock,
        meters);
  }

  /**
   * @param neighbour to close in the end; without one ingest is asked only by whoever calls {@link
   *     #goOn}
   */
  Retelling(
      Optional<Neighbour> neighbour,
      SessionRetelling.Asked ingest,
      List<SessionHandler> handlers,
      Pool pool,
      Changes changes,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    this.neighbour = neighbour;
    this.ingest = ingest;
    this.handlers = List.copyOf(handlers);
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.retelling =
        new SessionRetelling(
            "muster.registry.sessions.retold", "muster.registry.sessions.gap", clock, meters);
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    if (neighbour.isPresent()) {
      chore.every(config.retellInterval(), vertx.getDelegate());
    }
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
    neighbour.ifPresent(Neighbour::close);
  }

  @Override
  public ServiceName service() {
    return ServiceName.INGEST;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return false;
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    return Uni.createFrom().voidItem();
  }

  @Override
  public Uni<Void> startOver(SqlConnection transaction) {
    LOG.warn("What ingest told for a while is lost: it is asked who is connected");
    return SessionGap.open(transaction, clock.instant());
  }

  /** A page, if there is a gap. */
  Uni<Void> goOn() {
    return SessionGap.find(pool)
        .invoke(found -> retelling.gapSince(found.map(SessionGap::since).orElse(null)))
        .chain(
            found -> found.filter(this::isDue).map(this::ask).orElse(Uni.createFrom().voidItem()));
  }

  private boolean isDue(SessionGap gap) {
    var now = clock.instant();
    return !now.isBefore(gap.since().plus(config.retellAfter())) && !now.isBefore(pausedUntil);
  }

  private Uni<Void> ask(SessionGap gap) {
    return ingest
        .page(gap.upTo(), config.retellPage())
        .onFailure()
        .invoke(_ -> pausedUntil = clock.instant().plus(config.retellAfter()))
        .chain(
            page ->
                changes
                    .inSqlTransaction(transaction -> take(transaction, gap, page))
                    .invoke(taken -> retelling.committed(taken, page)))
        .replaceWithVoid();
  }

  /** Whether it counted: not when another was quicker, or the log was lost once more. */
  private Uni<Boolean> take(SqlConnection transaction, SessionGap gap, SessionPage page) {
    return gap.hold(transaction)
        .call(held -> held ? tell(transaction, page) : Uni.createFrom().voidItem());
  }

  private Uni<Void> tell(SqlConnection transaction, SessionPage page) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var handler : handlers) {
      all = all.chain(() -> handler.retold(transaction, page.items()));
    }
    return all.chain(() -> SessionGap.moveOn(transaction, page.next()));
  }
}
