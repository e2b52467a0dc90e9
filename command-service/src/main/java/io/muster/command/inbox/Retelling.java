package io.muster.command.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.database.Database;
import io.muster.command.inbox.GapTable.Gap;
import io.muster.command.inbox.GapTable.Listener;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.Arrivals;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.chore.Chore;
import io.muster.rest.sessions.SessionRetelling;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Ends the time in which nobody knows who is connected, because ingest's log was lost: asks ingest
 * for all who are, while its log is followed on from where it ended. What the log tells is newer,
 * by epoch, so the order of the two does not matter. When all was told, whoever was not is away.
 * Any instance goes on with what another one has begun. Thread-safe.
 */
@ApplicationScoped
class Retelling {
  private final Database database;
  private final SessionRetelling.Asked ingest;
  private final InboxConfig config;
  private final Clock clock;
  private final SessionRetelling retelling;
  private final Chore chore = SessionRetelling.chore(this::goOn);

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
      Database database,
      SessionRetelling.Asked ingest,
      InboxConfig config,
      Clock clock,
      MeterRegistry meters) {
    this.database = database;
    this.ingest = ingest;
    this.config = config;
    this.clock = clock;
    this.retelling =
        new SessionRetelling(
            "muster.command.presence.retold", "muster.command.presence.gap", clock, meters);
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    if (config.enabled()) {
      chore.every(config.retellInterval(), vertx);
    }
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }

  /** A page, if there is a gap and it is this instance's turn. */
  Uni<Void> goOn() {
    return database
        .use(GapTable::since)
        .invoke(found -> retelling.gapSince(found.orElse(null)))
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
                    .invoke(taken -> retelling.committed(taken, page)))
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
}
