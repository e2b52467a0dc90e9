package io.muster.outbox;

import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Removes what the service keeps of tenants that were deleted: some rows at a time, each time in a
 * transaction of its own, so that it goes on where it was killed. One instance at a time works on a
 * tenant.
 *
 * <p>What was under way when the tenant was deleted may still be written after its removal: a
 * request that began before, a batch that waits for the database, a message that nobody took in
 * days. No writer is asked to check for that. Instead the tables are gone over again: the removal
 * is done when nothing was found for longer than whatever had begun can take ({@link
 * Settings#grace}), and then they are looked at now and then for longer than anything waits
 * anywhere ({@link Settings#watch}). Nobody sees such rows meanwhile, since nobody is served who
 * asks for the tenant.
 *
 * <p>Needs the table of {@link OutboxSchema#tenantRemoval()}. One virtual thread; thread-safe.
 */
public final class TenantRemovals implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TenantRemovals.class);
  private static final Duration MIN_BACKOFF = Duration.ofMillis(100);
  private static final int PAGE = 1_000;

  /** Longer than any transaction that notes a tenant. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  /** When the registry did not say which tenants were deleted. */
  private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(30);

  /** Asks the registry for {@code GET /internal/v1/deleted-tenants?after=&limit=}. */
  @FunctionalInterface
  public interface Deleted {
    Uni<DeletedTenants> page(long after, int limit);
  }

  /**
   * @param batchRows the most rows that are removed in one transaction
   * @param interval how late a removal is seen that another instance noted
   * @param timeout for one transaction, and for one question to the registry
   * @param grace longer than any request, batch or page of a log takes
   * @param watch longer than a message may wait anywhere
   * @param recheck how often a tenant is looked at while it is watched
   * @param reconcile how often the registry is asked for all tenants that were deleted
   * @param maxBackoff what the pause between attempts grows to
   */
  public record Settings(
      int batchRows,
      Duration interval,
      Duration timeout,
      Duration grace,
      Duration watch,
      Duration recheck,
      Duration reconcile,
      Duration maxBackoff) {
    public Settings {
      if (batchRows < 1
          || Stream.of(interval, timeout, recheck, reconcile, maxBackoff)
              .anyMatch(it -> !it.isPositive())) {
        throw new IllegalArgumentException("sizes and durations of a removal are positive");
      }
    }
  }

  /**
   * @param open removals that are not done
   * @param oldest how long ago the first of them was noted; zero without one
   */
  public record Status(long open, Duration oldest) {
    static final Status NONE = new Status(0, Duration.ZERO);
  }

  /**
   * What a service keeps.
   *
   * @param parts in an order that foreign keys allow
   * @param whenKnown told of each tenant once by each instance, before the grace is over: what is
   *     remembered of it outside of the database is to be forgotten. Must not block
   * @param afterwards done after the last row, and again until it succeeds; may block
   */
  public record Keeps(List<TenantPart> parts, Consumer<TenantId> whenKnown, Runnable afterwards) {
    public Keeps {
      parts = List.copyOf(parts);
    }

    public static Keeps of(List<TenantPart> parts) {
      return new Keeps(parts, any -> {}, () -> {});
    }
  }

  private final Settings settings;
  private final Keeps keeps;
  private final Deleted deleted;
  private final Clock clock;
  private final Database database;
  private final RemovalTurns turns;
  private final WakeUp wakeUp = new WakeUp();
  private final Pulse pulse = new Pulse();
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Set<TenantId> toNote = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile Status status = Status.NONE;
  private volatile boolean reconcilesNow = true;
  private Instant reconcileAt;
  private OffsetDateTime knownUntil =
      OffsetDateTime.ofInstant(Instant.EPOCH, ZoneOffset.UTC).plus(OVERLAP);
  private boolean asked = true;
  private boolean failing;
  private Duration backoff = MIN_BACKOFF;

  public TenantRemovals(Pool pool, Settings settings, Keeps keeps, Deleted deleted, Clock clock) {
    this.settings = settings;
    this.keeps = keeps;
    this.deleted = deleted;
    this.clock = clock;
    this.database = new Database(pool, settings.timeout());
    this.turns = new RemovalTurns(database, settings, keeps);
    this.reconcileAt = clock.instant();
    this.thread = Thread.ofVirtual().name("tenant-removals").unstarted(this::run);
  }

  /** Notes that tenants are to be removed, in the transaction that takes the word for it. */
  public static Uni<Void> note(SqlConnection transaction, Collection<TenantId> tenants) {
    return tenants.isEmpty()
        ? Uni.createFrom().voidItem()
        : RemovalTable.note(transaction, tenants);
  }

  public void start() {
    thread.start();
  }

  /** Looks at once. Never blocks, never throws. */
  public void wakeUp() {
    wakeUp.signal();
  }

  /**
   * Notes a tenant as soon as the database can be had, for whoever has no transaction to do it in.
   * What a crash loses of that the registry tells at the next start.
   */
  public void noteSoon(TenantId tenant) {
    know(tenant);
    toNote.add(tenant);
    wakeUp.signal();
  }

  /** Asks the registry for all tenants that were deleted: somebody may have missed one. */
  public void reconcileSoon() {
    reconcilesNow = true;
    wakeUp.signal();
  }

  /** Whether this instance knows that the tenant was deleted. */
  public boolean isRemoved(TenantId tenant) {
    return known.contains(tenant.value());
  }

  /** How many rows this instance has removed. */
  public long removedRows() {
    return turns.removedRows();
  }

  /** How it stood when it was last looked at. */
  public Status status() {
    return status;
  }

  /** How long it has shown no sign of life. */
  public Duration silence() {
    return pulse.silence();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(settings.timeout());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        workOnce();
      }
    } catch (InterruptedException ended) {
      LOG.debug("Tenants are removed no more");
    }
  }

  private void workOnce() throws InterruptedException {
    pulse.beat();
    try {
      noteWhatWasTold();
      reconcileIfDue();
      learn();
      var worked = turns.take();
      recovered();
      if (!worked) {
        wakeUp.await(settings.interval());
      }
    } catch (RuntimeException failed) {
      // This thread must not end: what was promised to be removed would stay.
      pause(failed);
    }
  }

  private void noteWhatWasTold() throws InterruptedException {
    var told = List.copyOf(toNote);
    if (!told.isEmpty()) {
      database.inTransaction(db -> RemovalTable.note(db, told));
      told.forEach(toNote::remove);
    }
  }

  private void reconcileIfDue() throws InterruptedException {
    if (!reconcilesNow && clock.instant().isBefore(reconcileAt)) {
      return;
    }
    reconcilesNow = false;
    reconcileAt = clock.instant().plus(settings.reconcile());
    try {
      reconcile();
      asked = true;
    } catch (RuntimeException away) {
      reconcileAt = clock.instant().plus(ASK_AGAIN_AFTER);
      if (asked) {
        asked = false;
        LOG.infof("Which tenants were deleted is asked again later: %s", away.getMessage());
      }
    }
  }

  private void reconcile() throws InterruptedException {
    var page = database.await(deleted.page(0, PAGE));
    while (!page.items().isEmpty()) {
      pulse.beat();
      var tenants = page.items();
      database.inTransaction(db -> RemovalTable.note(db, tenants));
      page = database.await(deleted.page(page.next(), PAGE));
    }
  }

  /** A row may be committed some time after the time that it has. */
  private void learn() throws InterruptedException {
    var since = knownUntil.minus(OVERLAP);
    for (var noted : database.with(db -> RemovalTable.notedSince(db, since))) {
      know(new TenantId(noted.tenant()));
      if (noted.at().isAfter(knownUntil)) {
        knownUntil = noted.at();
      }
    }
    status = database.with(RemovalTable::status);
  }

  private void know(TenantId tenant) {
    if (known.add(tenant.value())) {
      keeps.whenKnown().accept(tenant);
    }
  }

  private void recovered() {
    backoff = MIN_BACKOFF;
    if (failing) {
      failing = false;
      LOG.info("Deleted tenants are removed again");
    }
  }

  private void pause(RuntimeException failed) throws InterruptedException {
    if (!failing) {
      failing = true;
      LOG.warnf("Deleted tenants cannot be removed for now: %s", failed.getMessage());
    }
    Thread.sleep(backoff);
    var doubled = backoff.multipliedBy(2);
    backoff = doubled.compareTo(settings.maxBackoff()) > 0 ? settings.maxBackoff() : doubled;
  }
}
