package io.muster.registry.inbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.ServiceName;
import io.muster.registry.events.Changes;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /** Who is connected, from somebody on. */
  @FunctionalInterface
  interface Asked {
    Uni<SessionPage> page(String after, int limit);
  }

  private final Optional<ServiceLog> log;
  private final Asked ingest;
  private final List<SessionHandler> handlers;
  private final Pool pool;
  private final Changes changes;
  private final InboxConfig config;
  private final Clock clock;
  private final Counter retold;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile Instant since;
  private volatile Instant pausedUntil = Instant.EPOCH;
  private long timer = -1;

  @Inject
  Retelling(
      @All List<SessionHandler> handlers,
      Vertx vertx,
      Pool pool,
      Changes changes,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    this(
        config.ingestUrl().map(url -> new ServiceLog(vertx, config, url, config.ingest().caFile())),
        null,
        handlers,
        pool,
        changes,
        config,
        clock,
        meters);
  }

  Retelling(
      Asked ingest,
      List<SessionHandler> handlers,
      Pool pool,
      Changes changes,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    this(Optional.empty(), ingest, handlers, pool, changes, config, clock, meters);
  }

  private Retelling(
      Optional<ServiceLog> log,
      Asked ingest,
      List<SessionHandler> handlers,
      Pool pool,
      Changes changes,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    this.log = log;
    this.ingest = log.<Asked>map(it -> it::sessions).orElse(ingest);
    this.handlers = List.copyOf(handlers);
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.retold =
        Counter.builder("muster.registry.sessions.retold")
            .description("Connections that ingest told of again after its log was lost")
            .register(meters);
    Gauge.builder("muster.registry.sessions.gap", this, it -> it.gapSeconds())
        .baseUnit("seconds")
        .description("For how long it has not been known who is connected; 0 while it is")
        .register(meters);
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    if (log.isPresent()) {
      timer = vertx.setPeriodic(config.retellInterval().toMillis(), _ -> look());
    }
  }

  void stop(@Observes ShutdownEvent stopping, Vertx vertx) {
    vertx.cancelTimer(timer);
    log.ifPresent(ServiceLog::close);
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

  private void look() {
    if (busy.compareAndSet(false, true)) {
      goOn()
          .onTermination()
          .invoke(() -> busy.set(false))
          .subscribe()
          .with(done -> failing.set(false), this::failed);
    }
  }

  private void failed(Throwable failure) {
    if (failing.compareAndSet(false, true)) {
      LOG.warnf("Who is connected cannot be asked for now: %s", failure);
    }
  }

  /** A page, if there is a gap. */
  Uni<Void> goOn() {
    return SessionGap.find(pool)
        .invoke(found -> since = found.map(SessionGap::since).orElse(null))
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
                    .invoke(taken -> committed(taken, page)))
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

  private void committed(boolean taken, SessionPage page) {
    if (taken) {
      retold.increment(page.items().size());
      if (page.next() == null) {
        since = null;
        LOG.info("It is known again who is connected");
      }
    }
  }

  private double gapSeconds() {
    var begun = since;
    return begun == null
        ? 0
        : Math.max(0, Duration.between(begun, clock.instant()).toMillis()) / 1e3;
  }
}
