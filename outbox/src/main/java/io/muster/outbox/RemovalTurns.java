package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Turns at the removal of tenants: each removes some rows of one tenant in a transaction, and
 * decides when it is looked at again. For the thread of {@link TenantRemovals}; the count of rows
 * is for any.
 */
final class RemovalTurns {
  private static final Logger LOG = Logger.getLogger(TenantRemovals.class);
  private static final int MIN_BATCH = 50;

  /** For what is done after the last row, until somebody else may do it. */
  private static final Duration LEASE = Duration.ofMinutes(5);

  private final Database database;
  private final TenantRemovals.Settings settings;
  private final TenantRemovals.Keeps keeps;
  private final LongAdder removedRows = new LongAdder();
  private final Set<String> troubled = new HashSet<>();
  private int batch;
  private String current;

  RemovalTurns(Database database, TenantRemovals.Settings settings, TenantRemovals.Keeps keeps) {
    this.database = database;
    this.settings = settings;
    this.keeps = keeps;
    this.batch = settings.batchRows();
  }

  long removedRows() {
    return removedRows.sum();
  }

  /** What one transaction did. */
  private record Turn(RemovalTable.Claim claim, int rows) {
    boolean isEnd() {
      return rows == 0 && claim.isRested() && !claim.isDone();
    }
  }

  /**
   * Removes some of the tenant whose turn it is.
   *
   * @return whether there was one
   * @throws RuntimeException when the database is away
   */
  boolean take() throws InterruptedException {
    current = null;
    try {
      return takeOne();
    } catch (RuntimeException failed) {
      if (!isPutOff(failed)) {
        throw failed;
      }
      return true;
    }
  }

  private boolean takeOne() throws InterruptedException {
    var turn = database.inTransaction(this::turn);
    if (turn.isEmpty()) {
      return false;
    }
    batch = Math.min(settings.batchRows(), batch * 2);
    removedRows.add(turn.get().rows());
    if (turn.get().isEnd()) {
      end(turn.get().claim().tenant());
    }
    troubled.remove(current);
    return true;
  }

  private Uni<Optional<Turn>> turn(SqlConnection db) {
    return RemovalTable.claim(db, settings.grace(), settings.watch())
        .chain(
            claim ->
                claim.isEmpty()
                    ? Uni.createFrom().item(Optional.empty())
                    : work(db, claim.get()).map(Optional::of));
  }

  private Uni<Turn> work(SqlConnection db, RemovalTable.Claim claim) {
    current = claim.tenant();
    return removeSome(db, claim.tenant(), keeps.parts().iterator(), batch)
        .map(rows -> new Turn(claim, rows))
        .call(turn -> write(db, turn));
  }

  private static Uni<Integer> removeSome(
      SqlConnection db, String tenant, Iterator<TenantPart> parts, int most) {
    return most <= 0 || !parts.hasNext()
        ? Uni.createFrom().item(0)
        : parts
            .next()
            .removeSome(db, tenant, most)
            .chain(some -> removeSome(db, tenant, parts, most - some).map(more -> some + more));
  }

  private Uni<Void> write(SqlConnection db, Turn turn) {
    var claim = turn.claim();
    if (turn.rows() > 0) {
      return RemovalTable.removed(db, claim.tenant(), turn.rows());
    } else if (!claim.isRested()) {
      return RemovalTable.rest(db, claim.tenant(), settings.grace());
    } else if (!claim.isDone()) {
      return RemovalTable.putOff(db, claim.tenant(), LEASE);
    }
    return claim.isOver()
        ? RemovalTable.over(db, claim.tenant())
        : RemovalTable.watch(db, claim.tenant(), settings.recheck(), settings.watch());
  }

  private void end(String tenant) throws InterruptedException {
    keeps.afterwards().run();
    var recheck =
        settings.recheck().compareTo(settings.watch()) < 0 ? settings.recheck() : settings.watch();
    if (database.with(db -> RemovalTable.done(db, tenant, recheck))) {
      LOG.infof("Nothing is left of the deleted tenant %s", tenant);
    }
  }

  /** What fails alone, as for being too slow, is tried with less, and after the others. */
  private boolean isPutOff(RuntimeException failed) throws InterruptedException {
    batch = Math.max(Math.min(MIN_BATCH, settings.batchRows()), batch / 2);
    var tenant = current;
    if (tenant == null) {
      return false;
    }
    try {
      database.with(db -> RemovalTable.putOff(db, tenant, settings.maxBackoff()));
    } catch (RuntimeException away) {
      failed.addSuppressed(away);
      return false;
    }
    if (troubled.add(tenant)) {
      LOG.warnf("The deleted tenant %s cannot be removed for now: %s", tenant, failed.getMessage());
    }
    return true;
  }
}
