package io.muster.registry.presence;

import io.muster.outbox.EventIds;
import io.muster.registry.events.Changes;
import io.muster.registry.presence.Silence.Verdict;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Finds what nobody tells: devices that have fallen silent, connections of replicas, and of brokers
 * of others, that are gone. Every instance looks; what is due is settled under the rows' locks, so
 * it happens once. Thread-safe.
 */
@ApplicationScoped
class PresenceSweep {
  private static final String DUE =
      "SELECT device_key FROM presence WHERE look_at <= $1 ORDER BY look_at LIMIT $2";
  private static final String HELD =
      """
      SELECT device_key FROM presence_connection
       WHERE boot_id = $1 AND ended_at IS NULL LIMIT $2\
      """;
  private static final String FORGET_ENDED =
      """
      WITH old AS MATERIALIZED (
        SELECT device_key, client FROM presence_connection WHERE ended_at < $1
         LIMIT $2 FOR UPDATE SKIP LOCKED)
      DELETE FROM presence_connection c USING old
       WHERE c.device_key = old.device_key AND c.client = old.client\
      """;

  private final Pool pool;
  private final Changes changes;
  private final PresenceConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final PresenceMeters meters;

  PresenceSweep(
      Pool pool, Changes changes, PresenceConfig config, Clock clock, PresenceMeters meters) {
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.meters = meters;
  }

  /** Does all that is due, in batches. */
  Uni<Void> run() {
    return endLost()
        .chain(this::findSilent)
        .chain(this::forgetEnded)
        .chain(() -> ReplicaTable.quiet(pool, clock.instant().minus(config.replicaLostAfter())))
        .invoke(meters::quietReplicas)
        .replaceWithVoid();
  }

  private Uni<Void> findSilent() {
    var now = clock.instant();
    return keys(DUE, Tuple.of(PresenceTable.utc(now), config.batch()))
        .chain(
            due ->
                due.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : changes
                        .inSqlTransaction(transaction -> judge(transaction, due, now))
                        .invoke(meters::changed)
                        .chain(
                            done ->
                                due.size() < config.batch()
                                    ? Uni.createFrom().voidItem()
                                    : findSilent()));
  }

  private Uni<List<PresenceChange>> judge(
      SqlConnection transaction, List<Integer> due, Instant now) {
    return PresenceTransaction.begin(transaction, due)
        .call(
            presences ->
                // After the locks: what was reported up to then is in the rows.
                ReplicaTable.all(transaction)
                    .invoke(
                        replicas -> presences.devices().forEach(it -> judge(it, replicas, now))))
        .chain(presences -> presences.write(config.rules(), ids, now));
  }

  private void judge(DevicePresence device, Map<UUID, Instant> replicas, Instant now) {
    var lookAt = device.state().lookAt();
    if (lookAt == null || lookAt.isAfter(now)) {
      // Another instance was first.
      return;
    }
    var rules = config.rules();
    device.forsake(rules.lostElsewhereAfter(), now);
    if (device.state().status() != PresenceStatus.ONLINE) {
      return;
    }
    switch (rules.silence().judge(device, replicas, now)) {
      case Verdict.Silent it -> device.silent(it.since());
      case Verdict.Present it -> device.lookAt(rules.look(device, it.until()));
    }
  }

  /** Ingest tells the end of each connection; this is for what a killed replica never told. */
  private Uni<Void> endLost() {
    var since = clock.instant().minus(config.replicaLostAfter());
    return ReplicaTable.lost(pool, since)
        .chain(
            lost -> {
              Uni<Void> all = Uni.createFrom().voidItem();
              for (var bootId : lost) {
                all =
                    all.chain(() -> endConnections(bootId))
                        .chain(() -> ReplicaTable.forget(pool, bootId, since));
              }
              return all;
            });
  }

  private Uni<Void> endConnections(UUID bootId) {
    var now = clock.instant();
    return keys(HELD, Tuple.of(bootId, config.batch()))
        .chain(
            held ->
                held.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : changes
                        .inSqlTransaction(transaction -> end(transaction, held, bootId, now))
                        .invoke(meters::changed)
                        .chain(done -> endConnections(bootId)));
  }

  private Uni<List<PresenceChange>> end(
      SqlConnection transaction, List<Integer> held, UUID bootId, Instant now) {
    return PresenceTransaction.begin(transaction, held)
        .invoke(presences -> presences.devices().forEach(device -> device.lost(bootId, now)))
        .chain(presences -> presences.write(config.rules(), ids, now));
  }

  private Uni<Void> forgetEnded() {
    var before = PresenceTable.utc(clock.instant().minus(config.rememberEndedFor()));
    return pool.preparedQuery(FORGET_ENDED)
        .execute(Tuple.of(before, config.batch()))
        .replaceWithVoid();
  }

  private Uni<List<Integer>> keys(String query, Tuple values) {
    return pool.preparedQuery(query).execute(values).map(PresenceSweep::keys);
  }

  static List<Integer> keys(RowSet<Row> rows) {
    List<Integer> keys = new ArrayList<>(rows.size());
    rows.forEach(row -> keys.add(row.getInteger(0)));
    return keys;
  }
}
