package io.muster.ingest.sessions;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * This replica's row among the replicas, renewed while it lives. Times are the database's.
 * Thread-safe.
 */
final class ReplicaLease {
  private static final Logger LOG = Logger.getLogger(ReplicaLease.class);
  private static final int NONE = -1;

  /** In the time of a lease; an attempt without an answer leaves room for the next. */
  static final int RENEWALS = 3;

  /**
   * Again after an answer that was lost, too. While another replica buries this one there is no row
   * to be had.
   */
  private static final String REGISTER =
      """
      INSERT INTO endpoint_replica (boot_id, name, lease_until)
      SELECT $1, $2, now() + $3 * interval '1 millisecond'
      WHERE NOT EXISTS (SELECT 1 FROM endpoint_replica WHERE boot_id = $1 AND condemned)
      ON CONFLICT (boot_id) DO UPDATE SET lease_until = excluded.lease_until
      WHERE NOT endpoint_replica.condemned
      RETURNING key
      """;

  private static final String RENEW =
      """
      UPDATE endpoint_replica SET lease_until = now() + $2 * interval '1 millisecond'
      WHERE key = $1 AND NOT condemned
      """;

  private static final String RESIGN =
      """
      DELETE FROM endpoint_replica r
      WHERE r.key = $1 AND NOT EXISTS (SELECT 1 FROM mqtt_session s WHERE s.replica_key = r.key)
      """;

  /** Also those that are condemned, as long as there are sessions of theirs to be ended. */
  private static final String ALL = "SELECT boot_id FROM endpoint_replica ORDER BY key";

  private final TimedPool pool;
  private final ReplicaIdentity identity;
  private final long leaseMillis;
  private final Runnable lost;
  private volatile int key = NONE;
  private volatile long renewedSinceNanos;
  private volatile long renewedAtNanos;

  /**
   * @param lost called when another replica has ended what this one held
   */
  ReplicaLease(TimedPool pool, ReplicaIdentity identity, SessionsConfig config, Runnable lost) {
    this.pool = pool.within(config.lease().dividedBy(RENEWALS));
    this.identity = identity;
    this.leaseMillis = config.lease().toMillis();
    this.lost = lost;
  }

  /** The row's key; empty until the database has been reached. */
  OptionalInt key() {
    var current = key;
    return current == NONE ? OptionalInt.empty() : OptionalInt.of(current);
  }

  /**
   * Whether this replica has seen the database all the time for as long as a lease lasts. Only then
   * does a lapsed lease tell of a dead replica: after the database was away everybody's has lapsed.
   */
  boolean mayJudgeOthers() {
    var now = System.nanoTime();
    var leaseNanos = leaseMillis * 1_000_000;
    return key != NONE
        && now - renewedSinceNanos >= leaseNanos
        && now - renewedAtNanos < leaseNanos;
  }

  Uni<Void> renew() {
    return key == NONE ? register() : extend();
  }

  private Uni<Void> register() {
    var values = Tuple.of(identity.bootId(), identity.name(), leaseMillis);
    return pool.use(db -> db.preparedQuery(REGISTER).execute(values))
        .invoke(
            rows -> {
              if (rows.size() > 0) {
                renewed();
                key = rows.iterator().next().getInteger(0);
              }
            })
        .replaceWithVoid();
  }

  private Uni<Void> extend() {
    var current = key;
    return pool.use(db -> db.preparedQuery(RENEW).execute(Tuple.of(current, leaseMillis)))
        .chain(
            rows -> {
              if (rows.rowCount() == 0) {
                return takenForDead();
              }
              renewed();
              return Uni.createFrom().voidItem();
            });
  }

  /** The starts of all replicas. */
  Uni<List<UUID>> all(SqlClient db) {
    return db.preparedQuery(ALL)
        .execute()
        .map(
            rows -> {
              List<UUID> boots = new ArrayList<>(rows.size());
              rows.forEach(row -> boots.add(row.getUUID(0)));
              return boots;
            });
  }

  private Uni<Void> takenForDead() {
    LOG.warn("Another replica has taken this one for dead and ended its sessions");
    key = NONE;
    lost.run();
    return register();
  }

  private void renewed() {
    var now = System.nanoTime();
    if (key == NONE || now - renewedAtNanos >= leaseMillis * 1_000_000) {
      renewedSinceNanos = now;
    }
    renewedAtNanos = now;
  }

  /** Gives the row back unless sessions hang on it, which then end with the lease. */
  Uni<Void> resign() {
    return key == NONE
        ? Uni.createFrom().voidItem()
        : pool.use(db -> db.preparedQuery(RESIGN).execute(Tuple.of(key))).replaceWithVoid();
  }
}
