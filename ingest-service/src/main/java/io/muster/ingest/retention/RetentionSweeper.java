package io.muster.ingest.retention;

import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
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

  RetentionSweeper(
      Pool pool, Clock clock, ReadingPartitions partitions, RetentionConfig config, Vertx vertx) {
    this.retention =
        new Retention(
            pool,
            clock,
            partitions,
            new Retention.Kept(
                config.telemetry(), config.events(), config.deadLetters(), config.deleteRows()));
    vertx.setPeriodic(1_000, Math.max(1, config.every().toMillis()), now -> sweep());
  }

  private void sweep() {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    retention
        .sweep()
        .onComplete(
            swept -> {
              running.set(false);
              if (swept.failed()) {
                LOG.warnf("What is too old was not all removed: %s", swept.cause().getMessage());
              }
            });
  }
}
