package io.muster.command.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.database.Database;
import io.muster.contract.event.EventPage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Writes down until when all that ingest's log tells has been taken. What devices said after that
 * may wait there, since this service or ingest was away: nobody is judged to have been silent then.
 * Thread-safe.
 */
@ApplicationScoped
class HeardUntil {
  private static final Logger LOG = Logger.getLogger(HeardUntil.class);

  /** So late a silence may be noticed, for a write less with each event. */
  private static final Duration AT_MOST_EVERY = Duration.ofMillis(200);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final String READ = "SELECT until FROM ingest_heard";
  private static final String WRITE =
      """
      INSERT INTO ingest_heard AS h (until) VALUES ($1)
      ON CONFLICT (only_row) DO UPDATE SET until = excluded.until WHERE h.until < excluded.until\
      """;

  private final Database database;
  private final Clock clock;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile long writtenNanos = System.nanoTime() - AT_MOST_EVERY.toNanos();

  /** Whoever follows the log wrote that; null while nobody has. */
  private volatile Instant seen;

  private long timer = -1;

  HeardUntil(Database database, Clock clock, MeterRegistry meters) {
    this.database = database;
    this.clock = clock;
    Gauge.builder("muster.command.log.age", this, HeardUntil::ageSeconds)
        .baseUnit("seconds")
        .description("How old the knowledge is of what devices said")
        .register(meters);
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    timer = vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> look());
  }

  void stop(@Observes ShutdownEvent stopping, Vertx vertx) {
    vertx.cancelTimer(timer);
  }

  /** With the database away what was seen last grows older. */
  private void look() {
    database
        .use(db -> db.query(READ).execute())
        .subscribe()
        .with(
            rows -> rows.forEach(row -> seen = row.getOffsetDateTime(0).toInstant()),
            failure -> LOG.debugf("Not known until when ingest was heard: %s", failure));
  }

  private double ageSeconds() {
    var until = seen;
    return until == null
        ? 0
        : Math.max(0, Duration.between(until, clock.instant()).toMillis()) / 1e3;
  }

  /** All of a page was taken; there may be more. */
  void taken(EventPage page) {
    if (!page.items().isEmpty()) {
      until(page.items().getLast().createdAt());
    }
  }

  /** All that the log held then was taken. Never blocks, never fails: the next time comes soon. */
  void until(Instant time) {
    if (System.nanoTime() - writtenNanos < AT_MOST_EVERY.toNanos()
        || !busy.compareAndSet(false, true)) {
      return;
    }
    var now = clock.instant();
    var heard = (time.isAfter(now) ? now : time).atOffset(ZoneOffset.UTC);
    database
        .use(db -> db.preparedQuery(WRITE).execute(Tuple.of(heard)))
        .onTermination()
        .invoke(() -> busy.set(false))
        .subscribe()
        .with(
            done -> writtenNanos = System.nanoTime(),
            failure -> LOG.debugf("Not written down until when ingest was heard: %s", failure));
  }
}
