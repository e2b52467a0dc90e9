package io.muster.command.inbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.database.Database;
import io.muster.command.inbox.GapTable.Gap;
import io.muster.command.inbox.GapTable.Listener;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.Arrivals;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Ends the time in which nobody knows who is connected, because ingest's log was lost: asks ingest
 * for all who are, while its log is followed on from where it ended. What the log tells is newer,
 * by epoch, so the order of the two does not matter. When all was told, whoever was not is away.
 * Any instance goes on with what another one has begun. Thread-safe.
 */
@ApplicationScoped
class Retelling {
  private static final Logger LOG = Logger.getLogger(Retelling.class);

  /** Who is connected, from somebody on. */
  @FunctionalInterface
  interface Asked {
    Uni<SessionPage> page(String after, int limit);
  }

  private final Database database;
  private final Asked ingest;
  private final InboxConfig config;
  private final Clock clock;
  private final Counter retold;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile Instant since;
  private volatile boolean failing;
  private long timer = -1;

  @Inject
  Retelling(
      Database database,
      Neighbours neighbours,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    this(database, neighbours::connectedSessions, config, clock, meters);
  }

  Retelling(
      Database database, Asked ingest, InboxConfig config, Clock clock, MeterRegistry meters) {
    this.database = database;
    this.ingest = ingest;
    this.config = config;
    this.clock = clock;
    this.retold =
        Counter.builder("muster.command.presence.retold")
            .description("Connections that ingest told of again after its log was lost")
            .register(meters);
    Gauge.builder("muster.command.presence.gap", this, it -> it.gapSeconds())
        .baseUnit("seconds")
        .description("For how long it has not been known who is connected; 0 while it is")
        .register(meters);
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    if (config.enabled()) {
      timer = vertx.setPeriodic(config.retellInterval().toMillis(), _ -> tick());
    }
  }

  void stop(@Observes ShutdownEvent stopping, Vertx vertx) {
    vertx.cancelTimer(timer);
  }

  private void tick() {
    if (busy.compareAndSet(false, true)) {
      goOn()
          .onTermination()
          .invoke(() -> busy.set(false))
          .subscribe()
          .with(done -> recovered(), this::failed);
    }
  }

  /** A page, if there is a gap and it is this instance's turn. */
  Uni<Void> goOn() {
    return database
        .use(GapTable::since)
        .invoke(found -> since = found.orElse(null))
        .flatMap(found -> found.isEmpty() ? Uni.createFrom().voidItem() : goOnWithGap());
  }

  private Uni<Void> goOnWithGap() {
    var now = clock.instant();
    return database
        .use(db -> GapTable.claim(db, now, now.minus(config.retellAfter()), claim()))
        .flatMap(gap -> gap.isEmpty() ? Uni.createFrom().voidItem() : goOn(gap.get()));
  }

  /** Much longer than an answer and a transaction take. */
  private Duration claim() {
    return config.timeout().multipliedBy(3);
  }

  private Uni<Void> goOn(Gap gap) {
    return ingest
        .page(gap.upTo(), config.retellPage())
        .onFailure()
        .call(
            away ->
                database.use(
                    db -> GapTable.putOff(db, gap, clock.instant().plus(config.retellAfter()))))
        .flatMap(
            page ->
                database
                    .inTransaction(db -> take(db, gap, page))
                    .invoke(taken -> committed(taken, page)))
        .replaceWithVoid();
  }

  /** Whether it counted: not when the log was lost once more meanwhile, or another was quicker. */
  private Uni<Boolean> take(SqlConnection db, Gap gap, SessionPage page) {
    var listeners = page.items().stream().flatMap(Retelling::listeners).toList();
    Set<DeviceAddress> devices = new HashSet<>();
    page.items().forEach(it -> devices.add(it.device()));
    listeners.forEach(it -> devices.add(it.device()));
    return Arrivals.keepApart(db, devices)
        .flatMap(done -> GapTable.hold(db, gap))
        .call(held -> held ? write(db, page, listeners, devices) : Uni.createFrom().voidItem());
  }

  private Uni<Void> write(
      SqlConnection db, SessionPage page, List<Listener> listeners, Set<DeviceAddress> devices) {
    var now = clock.instant();
    return GapTable.connected(db, page.items())
        .flatMap(done -> GapTable.listen(db, listeners))
        .flatMap(done -> GapTable.moveOn(db, page.next(), now))
        .flatMap(done -> GapTable.wake(db, devices, now));
  }

  private static Stream<Listener> listeners(ConnectedSession session) {
    return session.hears().stream()
        .filter(it -> StepReader.hearsCommands(it.device(), it.filters()))
        .map(it -> new Listener(session.clientIdentifier(), session.epoch(), it.device()));
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

  private void recovered() {
    if (failing) {
      failing = false;
      LOG.info("Who is connected is asked again");
    }
  }

  private void failed(Throwable failure) {
    if (!failing) {
      failing = true;
      LOG.warnf("Who is connected cannot be asked for now: %s", failure);
    }
  }
}
