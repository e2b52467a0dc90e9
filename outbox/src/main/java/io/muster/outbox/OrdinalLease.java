package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/**
 * Which instance of its service this is: the ordinal in {@code service:{name}:{ordinal}}, leased in
 * the service's database. An instance that restarts gets its ordinal, and with it its session at
 * the broker, again at once; that of an instance which has fallen silent goes to another one when
 * the lease lapses. The database's clock decides. Thread-safe; one virtual thread.
 */
public final class OrdinalLease implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OrdinalLease.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final OrdinalTable table;
  private final LeaseSettings settings;
  private final IntConsumer onChange;
  private final UUID token = UUID.randomUUID();
  private final CompletableFuture<Integer> first = new CompletableFuture<>();
  private final Thread thread;
  private volatile OptionalInt current = OptionalInt.empty();
  private String holder;

  /**
   * @param holder the instance's name, the same after a restart and no other instance's; when two
   *     have one name after all, the one that came first moves to another ordinal
   * @param onChange hears of an ordinal that takes the place of a lost one; called on the lease's
   *     thread, must not block
   */
  public OrdinalLease(Pool pool, String holder, LeaseSettings settings, IntConsumer onChange) {
    this.table = new OrdinalTable(new Database(pool, settings.databaseTimeout()), settings.lease());
    this.holder = holder;
    this.settings = settings;
    this.onChange = onChange;
    this.thread = Thread.ofVirtual().name("ordinal-lease").unstarted(this::run);
  }

  /** Begins; with the database away it waits for it. */
  public void start() {
    thread.start();
  }

  /** The first ordinal, once there is one. */
  public Uni<Integer> whenLeased() {
    return Uni.createFrom().completionStage(() -> first.minimalCompletionStage());
  }

  /** The ordinal now; empty before the first. */
  public OptionalInt current() {
    return current;
  }

  /**
   * The ordinal now. Blocks while there is none yet, for ten seconds at most.
   *
   * @throws RuntimeException when there is none by then, the database being away
   */
  public int ordinal() {
    return current.orElseGet(() -> whenLeased().await().atMost(PATIENCE));
  }

  /** Gives the ordinal up for others, though a restart finds it again if none took it. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(settings.databaseTimeout().multipliedBy(2));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        step();
        Thread.sleep(settings.renewal());
      }
    } catch (InterruptedException ended) {
      release();
    }
  }

  private void step() throws InterruptedException {
    try {
      if (current.isEmpty()) {
        take();
      } else if (!table.renew(current.getAsInt(), token)) {
        LOG.warnf("Ordinal %d was taken by another instance", current.getAsInt());
        // Under the old name it would be taken back, and so on without end.
        holder = holder + "#" + token;
        take();
      }
    } catch (Database.DatabaseException away) {
      LOG.warnf("The ordinal is not renewed for now: %s", away.getMessage());
    } catch (RuntimeException unforeseen) {
      // Without this thread the ordinal would lapse and go to another instance unnoticed.
      LOG.error("Renewing the ordinal failed and is tried again", unforeseen);
    }
  }

  private void take() throws InterruptedException {
    var ordinal = table.take(holder, token);
    current = OptionalInt.of(ordinal);
    LOG.infof("This instance has ordinal %d", ordinal);
    if (!first.complete(ordinal)) {
      onChange.accept(ordinal);
    }
  }

  private void release() {
    try {
      if (current.isPresent()) {
        table.release(current.getAsInt(), token);
      }
    } catch (Database.DatabaseException away) {
      LOG.debugf("The ordinal is left to lapse: %s", away.getMessage());
    } catch (InterruptedException again) {
      Thread.currentThread().interrupt();
    }
  }
}
