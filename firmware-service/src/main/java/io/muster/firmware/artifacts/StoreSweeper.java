package io.muster.firmware.artifacts;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.database.Database;
import io.muster.firmware.store.ArtifactStore;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Removes what nobody will ask for: uploads that nobody goes on with, and bytes that no tenant has.
 * Several instances may do it at once.
 */
@ApplicationScoped
public class StoreSweeper {
  private static final Logger LOG = Logger.getLogger(StoreSweeper.class);

  /** More of them go with the next sweep. */
  private static final int REMAINS_AT_ONCE = 10_000;

  private final ArtifactStore store;
  private final Database database;
  private final ArtifactConfig config;
  private final Clock clock;
  private final Counter done;
  private final Counter failed;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofVirtual().name("store-sweeper").unstarted(work));

  StoreSweeper(
      ArtifactStore store,
      Database database,
      ArtifactConfig config,
      MeterRegistry meters,
      Clock clock) {
    this.store = store;
    this.database = database;
    this.config = config;
    this.clock = clock;
    this.done = sweeps(meters, "done");
    this.failed = sweeps(meters, "failed");
  }

  private static Counter sweeps(MeterRegistry meters, String outcome) {
    return Counter.builder("muster.firmware.sweeps")
        .tag("outcome", outcome)
        .description("Times that the artifact store was rid of what nobody will ask for")
        .register(meters);
  }

  void start(@Observes StartupEvent started) {
    var interval = config.sweepInterval().toMillis();
    timer.scheduleWithFixedDelay(this::sweepOrSay, interval, interval, TimeUnit.MILLISECONDS);
  }

  @PreDestroy
  void stop() {
    timer.shutdownNow();
  }

  void sweepOrSay() {
    try {
      sweep();
      done.increment();
    } catch (IOException | RuntimeException e) {
      failed.increment();
      LOG.warnf("The artifact store was not swept: %s", e.toString());
    }
  }

  /** After a tenant's rows went. Bytes that are too young for it go with a later sweep. */
  public void sweepForRemoval() {
    try {
      sweep();
    } catch (IOException e) {
      throw new UncheckedIOException("the artifact store cannot be swept", e);
    }
  }

  /**
   * Also finished bytes are left alone for as long as an upload may rest: far longer than a
   * transaction takes to record them.
   */
  ArtifactStore.Sweep sweep() throws IOException {
    var before = clock.instant().minus(config.keepUploadFor());
    database.inTransaction(db -> UploadTable.deleteOld(db, before));
    // Before the sweep: it removes what these are of, and not what is left while it goes on.
    var remains = database.use(db -> ArtifactTable.remains(db, before, REMAINS_AT_ONCE));
    var swept = store.sweep(before, bytes -> database.use(db -> ArtifactTable.isKnown(db, bytes)));
    database.inTransaction(
        db -> {
          ArtifactTable.forgetRemains(db, remains, before);
          return null;
        });
    if (swept.uploads() > 0 || swept.objects() > 0) {
      LOG.infof("Removed %d uploads and %d artifacts' bytes", swept.uploads(), swept.objects());
    }
    return swept;
  }
}
