package io.muster.registry.presence;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The table {@code presence_replica}. Its times of life are this service's. Stateless. */
final class ReplicaTable {
  private static final String REPORTED =
      """
      INSERT INTO presence_replica (boot_id, name, alive_at) VALUES ($1, $2, $3)
      ON CONFLICT (boot_id) DO UPDATE
        SET alive_at = greatest(presence_replica.alive_at, excluded.alive_at)\
      """;
  private static final String HEARD_OF =
      """
      INSERT INTO presence_replica (boot_id, name, alive_at)
      SELECT boot_id, name, $3 FROM unnest($1::uuid[], $2::text[]) AS v (boot_id, name)
       ORDER BY boot_id
      ON CONFLICT (boot_id) DO NOTHING\
      """;
  private static final String ALIVE =
      "UPDATE presence_replica SET alive_at = $2 WHERE boot_id = ANY($1) AND alive_at < $2";
  private static final String COMPLETE =
      """
      UPDATE presence_replica SET complete_until = greatest(complete_until, $2)
       WHERE boot_id = $1\
      """;
  private static final String ALL = "SELECT boot_id, complete_until FROM presence_replica";
  private static final String LOST =
      """
      SELECT boot_id FROM presence_replica
       WHERE alive_at < $1 AND EXISTS (SELECT FROM presence_replica WHERE alive_at >= $1)\
      """;
  private static final String FORGET =
      """
      DELETE FROM presence_replica
       WHERE boot_id = $1 AND alive_at < $2
         AND NOT EXISTS (SELECT FROM presence_connection c
                          WHERE c.boot_id = $1 AND c.ended_at IS NULL)\
      """;
  private static final String QUIET =
      """
      SELECT count(*) FROM presence_replica
       WHERE alive_at >= $1 AND (complete_until IS NULL OR complete_until < $1)\
      """;

  private ReplicaTable() {}

  /** A replica has reported, and says which others live. */
  static Uni<Void> reported(
      SqlClient client, UUID bootId, String name, Collection<UUID> alive, Instant now) {
    var at = PresenceTable.utc(now);
    return client
        .preparedQuery(REPORTED)
        .execute(Tuple.of(bootId, name, at))
        .chain(
            () ->
                alive == null || alive.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : client
                        .preparedQuery(ALIVE)
                        .execute(Tuple.of(alive.toArray(UUID[]::new), at))
                        .replaceWithVoid());
  }

  /**
   * Events tell of connections that these replicas hold.
   *
   * @param names by their starts
   */
  static Uni<Void> heardOf(SqlClient transaction, Map<UUID, String> names, Instant now) {
    if (names.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<UUID> boots = new ArrayList<>(names.keySet());
    return transaction
        .preparedQuery(HEARD_OF)
        .execute(
            Tuple.of(
                boots.toArray(UUID[]::new),
                boots.stream().map(names::get).toArray(String[]::new),
                PresenceTable.utc(now)))
        .replaceWithVoid();
  }

  /** All that the replica heard up to then is stored. */
  static Uni<Void> complete(SqlClient client, UUID bootId, Instant until) {
    return client
        .preparedQuery(COMPLETE)
        .execute(Tuple.of(bootId, PresenceTable.utc(until)))
        .replaceWithVoid();
  }

  /** Until when each has reported all; the earliest time for those that never have. */
  static Uni<Map<UUID, Instant>> all(SqlClient client) {
    return client
        .preparedQuery(ALL)
        .execute()
        .map(
            rows -> {
              Map<UUID, Instant> found = new HashMap<>();
              rows.forEach(
                  row -> {
                    var until = PresenceTable.instant(row, "complete_until");
                    found.put(row.getUUID("boot_id"), until == null ? Instant.MIN : until);
                  });
              return found;
            });
  }

  /** Those of which nobody said since then that they live, while others do. */
  static Uni<List<UUID>> lost(SqlClient client, Instant since) {
    return client
        .preparedQuery(LOST)
        .execute(Tuple.of(PresenceTable.utc(since)))
        .map(
            rows -> {
              List<UUID> found = new ArrayList<>();
              rows.forEach(row -> found.add(row.getUUID(0)));
              return found;
            });
  }

  /** Forgets one of those when it holds no connections any more. */
  static Uni<Void> forget(SqlClient client, UUID bootId, Instant since) {
    return client
        .preparedQuery(FORGET)
        .execute(Tuple.of(bootId, PresenceTable.utc(since)))
        .replaceWithVoid();
  }

  /** How many live and have reported nothing since then. */
  static Uni<Long> quiet(SqlClient client, Instant since) {
    return client
        .preparedQuery(QUIET)
        .execute(Tuple.of(PresenceTable.utc(since)))
        .map(rows -> rows.iterator().next().getLong(0));
  }
}
