package io.muster.ingest.retention;

import io.muster.ingest.intake.DatabaseConfig;
import io.muster.ingest.intake.IntakeConfig;
import io.muster.ingest.intake.LaneConnections;
import io.quarkus.runtime.Startup;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Sweeps from time to time. */
@ApplicationScoped
@Startup
class RetentionSweeper {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.retention");

  private final Retention retention;
  private final AtomicBoolean running = new AtomicBoolean();

  private final Vertx vertx;
  private final long mostMillis;

  RetentionSweeper(
      DatabaseConfig database,
      IntakeConfig intake,
      Clock clock,
      ReadingPartitions partitions,
      RetentionConfig config,
      Vertx vertx) {
    var options =
        LaneConnections.options(
            database, "muster-ingest-retention", intake.connectTimeout(), config.longest());
    this.vertx = vertx;
    this.mostMillis = Math.max(1, 2 * config.longest().toMillis());
    this.retention =
        new Retention(
            () -> PgConnection.connect(vertx, options),
            clock,
            partitions,
            new Retention.Kept(
                config.telemetry(),
                config.events(),
                config.deadLetters(),
                config.deleteRows(),
                config.longest()));
    vertx.setPeriodic(1_000, Math.max(1, config.every().toMillis()), now -> sweep());
  }

  private void sweep() {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    var ended = Promise.<Void>promise();
    // A connection that hangs is left to itself: it has the lock until the server misses it.
    var late = vertx.setTimer(mostMillis, now -> ended.tryFail("it does not end"));
    retention.sweep().onSuccess(ended::tryComplete).onFailure(ended::tryFail);
    ended
        .future()
        .onComplete(
            swept -> {
              vertx.cancelTimer(late);
              running.set(false);
              if (swept.failed()) {
                LOG.warnf("What is too old was not all removed: %s", swept.cause().getMessage());
              }
            });
  }
}
