package io.muster.ingest.intake;

import io.muster.contract.reading.FieldSet;
import io.muster.ingest.devices.TwoGenerationCache;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * The table {@code field_set}: the compact keys of sets of names, the same for all replicas, and a
 * bounded cache of it. Thread-safe.
 */
public final class FieldSetKeys {
  private static final String SELECT =
      "SELECT key, digest FROM field_set WHERE digest = ANY ($1::uuid[])";

  /** Names go as JSON, since an array of arrays must be rectangular. */
  private static final String INSERT =
      """
      INSERT INTO field_set (digest, names)
      SELECT digest, ARRAY(SELECT jsonb_array_elements_text(names::jsonb))
        FROM unnest($1::uuid[], $2::text[]) AS wanted (digest, names)
       ORDER BY digest
       LIMIT greatest(0, $3 - (SELECT coalesce(max(key), 0) FROM field_set))
      ON CONFLICT DO NOTHING""";

  /** Stands for a set that the dictionary had no room for. */
  private static final Integer NO_ROOM = -1;

  private final TwoGenerationCache<UUID, Integer> cache;
  private final int most;

  /**
   * @param capacity how many keys are remembered
   * @param most how many sets there may be
   */
  public FieldSetKeys(int capacity, int most) {
    this.cache = new TwoGenerationCache<>(capacity);
    this.most = most;
  }

  /** Whether {@link #keyOf} knows the answer. */
  boolean remembers(FieldSet fields) {
    return cache.get(fields.digest()) != null;
  }

  /** The key of a set that is remembered; null when the dictionary had no room for it. */
  Integer keyOf(FieldSet fields) {
    var key = cache.get(fields.digest());
    return NO_ROOM.equals(key) ? null : key;
  }

  /** Finds or makes the keys of all and remembers them, also that there was no room for one. */
  Future<Void> resolve(SqlClient connection, Collection<FieldSet> sets) {
    return find(connection, sets)
        .compose(
            missing -> missing.isEmpty() ? Future.succeededFuture() : insert(connection, missing));
  }

  private Future<Void> insert(SqlClient connection, Collection<FieldSet> missing) {
    var digests = missing.stream().map(FieldSet::digest).toArray(UUID[]::new);
    var names = missing.stream().map(set -> new JsonArray(set.names()).encode());
    return connection
        .preparedQuery(INSERT)
        .execute(Tuple.of(digests, names.toArray(String[]::new), most))
        .compose(inserted -> find(connection, missing))
        .map(
            without -> {
              without.forEach(set -> cache.put(set.digest(), NO_ROOM));
              return null;
            });
  }

  private Future<Set<FieldSet>> find(SqlClient connection, Collection<FieldSet> sets) {
    var digests = sets.stream().map(FieldSet::digest).toArray(UUID[]::new);
    return connection
        .preparedQuery(SELECT)
        .execute(Tuple.of(digests))
        .map(
            rows -> {
              for (var row : rows) {
                cache.put(row.getUUID(1), row.getInteger(0));
              }
              var missing = new HashSet<>(sets);
              missing.removeIf(set -> cache.get(set.digest()) != null);
              return missing;
            });
  }

  /** Forgets all: after a reconnect it may be another database. */
  void forget() {
    cache.clear();
  }
}
