package io.muster.ingest.intake;

import io.muster.contract.reading.FieldSet;
import io.muster.ingest.devices.TwoGenerationCache;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The table {@code field_set}: the compact keys of sets of names, the same for all replicas, and a
 * bounded cache of it. Thread-safe.
 */
public final class FieldSetKeys {
  private static final String SELECT =
      "SELECT key, digest FROM field_set WHERE digest = ANY ($1::uuid[])";

  /**
   * Names go as JSON, since an array of arrays must be rectangular. The greatest key tells how many
   * sets there are at most: of two that insert one set at once, one uses up a key for nothing. Only
   * when it says that there is no room are they counted.
   */
  private static final String INSERT =
      """
      INSERT INTO field_set (digest, names)
      SELECT digest, ARRAY(SELECT jsonb_array_elements_text(names::jsonb))
        FROM unnest($1::uuid[], $2::text[]) AS wanted (digest, names)
       WHERE NOT EXISTS (SELECT 1 FROM field_set f WHERE f.digest = wanted.digest)
       ORDER BY digest
       LIMIT (SELECT greatest(0, $3::bigint - CASE
                WHEN max(key) + cardinality($1::uuid[]) <= $3::bigint THEN max(key)
                ELSE (SELECT count(*) FROM field_set) END)
                FROM field_set)
      ON CONFLICT DO NOTHING""";

  /** Stands for a set that the dictionary had no room for. */
  static final Integer NO_ROOM = -1;

  private final TwoGenerationCache<UUID, Integer> cache;
  private final int most;
  private volatile boolean full;

  /**
   * @param capacity how many keys are remembered
   * @param most how many sets there may be
   */
  public FieldSetKeys(int capacity, int most) {
    this.cache = new TwoGenerationCache<>(capacity);
    this.most = most;
  }

  /**
   * The key of a set that is remembered: null when it is not, {@link #NO_ROOM} when the dictionary
   * had no room for it.
   */
  Integer remembered(FieldSet fields) {
    return cache.get(fields.digest());
  }

  /**
   * Finds or makes the keys of all and remembers them as far as there is room, also that the
   * dictionary had no room for one.
   *
   * @return the key of each, or {@link #NO_ROOM}; of those, too, that are forgotten again by then
   */
  Future<Map<FieldSet, Integer>> resolve(SqlClient connection, Collection<FieldSet> sets) {
    return find(connection, sets)
        .compose(
            found ->
                found.size() == sets.size()
                    ? Future.succeededFuture(found)
                    : make(connection, sets, found));
  }

  private Future<Map<FieldSet, Integer>> make(
      SqlClient connection, Collection<FieldSet> sets, Map<FieldSet, Integer> found) {
    var missing = new ArrayList<>(sets);
    missing.removeIf(found::containsKey);
    return insert(connection, missing)
        .map(
            made -> {
              found.putAll(made);
              for (var set : missing) {
                if (found.putIfAbsent(set, NO_ROOM) == null) {
                  cache.put(set.digest(), NO_ROOM);
                  full = true;
                }
              }
              return found;
            });
  }

  private Future<Map<FieldSet, Integer>> insert(SqlClient connection, List<FieldSet> missing) {
    if (full) { // and stays so, since nothing ever leaves it
      return Future.succeededFuture(Map.of());
    }
    var digests = missing.stream().map(FieldSet::digest).toArray(UUID[]::new);
    var names = missing.stream().map(set -> new JsonArray(set.names()).encode());
    return connection
        .preparedQuery(INSERT)
        .execute(Tuple.of(digests, names.toArray(String[]::new), (long) most))
        .compose(inserted -> find(connection, missing));
  }

  private Future<Map<FieldSet, Integer>> find(SqlClient connection, Collection<FieldSet> sets) {
    var byDigest = new HashMap<UUID, FieldSet>();
    sets.forEach(set -> byDigest.put(set.digest(), set));
    return connection
        .preparedQuery(SELECT)
        .execute(Tuple.of(byDigest.keySet().toArray(UUID[]::new)))
        .map(
            rows -> {
              var found = new HashMap<FieldSet, Integer>();
              for (var row : rows) {
                cache.put(row.getUUID(1), row.getInteger(0));
                found.put(byDigest.get(row.getUUID(1)), row.getInteger(0));
              }
              return found;
            });
  }

  /** Forgets all: after a reconnect it may be another database. */
  void forget() {
    cache.clear();
    full = false;
  }
}
