package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.ShadowName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The tables {@code shadow} and {@code shadow_history}. Past Hibernate: shadows are written in
 * batches, many a second. Who locks several rows locks them in the order of {@link ShadowKey}.
 * Stateless.
 */
final class ShadowTable {
  private static final String KEYS =
      " unnest($1::int[], $2::text[]) AS k (device_key, name)"
          + " ON s.device_key = k.device_key AND s.name = k.name";
  private static final String KNOWN = "SELECT s.device_key, s.name FROM shadow s JOIN" + KEYS;
  // By a set of keys: a statement that joins leaves out a row that it has waited for.
  private static final String LOCK =
      "SELECT "
          + StoredShadow.COLUMNS
          + " FROM shadow s WHERE s.key = ANY(ARRAY(SELECT s.key FROM shadow s JOIN"
          + KEYS
          + ")) ORDER BY s.device_key, s.name FOR UPDATE";
  private static final String ONE =
      "SELECT " + StoredShadow.COLUMNS + " FROM shadow s WHERE s.device_key = $1 AND s.name = $2";
  private static final String WITH_DELTA =
      "SELECT device_key, name FROM shadow WHERE device_key = ANY($1) AND has_delta";
  // Keeps the devices from being deleted before rows refer to them; a deletion that holds one waits
  // for nothing that we hold.
  private static final String HOLD_DEVICES =
      "SELECT key FROM device WHERE key = ANY($1) ORDER BY key FOR KEY SHARE";
  private static final String FORGET =
      "DELETE FROM shadow WHERE device_key = ANY($1) AND deleted_at < $2";
  private static final String PLACE =
      """
      INSERT INTO shadow (device_key, name, version, metadata, has_delta, updated_at, deleted_at)
      SELECT k.device_key, k.name, 0, '{}', false, $3, $3
        FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k (device_key, name, n)
       WHERE EXISTS (SELECT FROM device d WHERE d.key = k.device_key)
         AND (SELECT count(*) FROM shadow o WHERE o.device_key = k.device_key)
           + (SELECT count(*) FROM unnest($1::int[]) WITH ORDINALITY AS b (device_key, n)
               WHERE b.device_key = k.device_key AND b.n < k.n) < $4
       ORDER BY k.n
      ON CONFLICT (device_key, name) DO NOTHING""";
  // One statement, since others wait for the rows meanwhile. Its parts do not see each other's
  // work.
  private static final String WRITE =
      """
      WITH changed AS (
        SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[],
                             $6::boolean[], $7::timestamptz[], $8::boolean[], $9::bigint[])
          AS v (key, version, desired, reported, metadata, has_delta, updated_at, deleted, beyond)),
      remembered AS (
        INSERT INTO shadow_history (shadow_key, version, at, source, desired, reported)
        SELECT key, version, at, source, desired::jsonb, reported::jsonb
          FROM unnest($10::int[], $11::bigint[], $12::timestamptz[], $13::text[], $14::text[],
                      $15::text[])
            AS v (key, version, at, source, desired, reported)),
      trimmed AS (
        DELETE FROM shadow_history h USING changed v
         WHERE h.shadow_key = v.key AND h.version <= v.beyond),
      settled AS (
        DELETE FROM shadow_pending_delta p USING changed v
         WHERE p.shadow_key = v.key AND NOT v.has_delta)
      UPDATE shadow s
         SET version = v.version, desired = v.desired::jsonb, reported = v.reported::jsonb,
             metadata = v.metadata::jsonb, has_delta = v.has_delta, updated_at = v.updated_at,
             deleted_at = CASE WHEN v.deleted THEN v.updated_at END
        FROM changed v
       WHERE s.key = v.key""";
  private static final String UNPLACE = "DELETE FROM shadow WHERE key = ANY($1) AND version = 0";
  private static final String HISTORY =
      """
      SELECT h.version, h.at, h.source, h.desired::text, h.reported::text
        FROM shadow_history h JOIN shadow s ON s.key = h.shadow_key
       WHERE s.device_key = $1 AND s.name = $2 AND s.deleted_at IS NULL
       ORDER BY h.version DESC""";
  private static final String NAMES =
      "SELECT s.name, s.version, s.has_delta, s.updated_at FROM shadow s"
          + " WHERE s.device_key = $1 AND s.deleted_at IS NULL ORDER BY s.name";

  private ShadowTable() {}

  static Uni<Optional<StoredShadow>> find(SqlClient client, ShadowKey id) {
    return client
        .preparedQuery(ONE)
        .execute(Tuple.of(id.deviceKey(), id.name().value()))
        .map(rows -> stream(rows).map(StoredShadow::of).filter(it -> !it.deleted()).findFirst());
  }

  /** Those of the shadows that have a row, also one of a deleted shadow. */
  static Uni<Set<ShadowKey>> known(SqlClient client, Collection<ShadowKey> ids) {
    return client.preparedQuery(KNOWN).execute(keys(ids)).map(ShadowTable::ids);
  }

  /** The shadows of the devices in which something differs. */
  static Uni<Set<ShadowKey>> withDelta(SqlClient client, Collection<Integer> deviceKeys) {
    return client
        .preparedQuery(WITH_DELTA)
        .execute(Tuple.of(deviceKeys.toArray(Integer[]::new)))
        .map(ShadowTable::ids);
  }

  private static Set<ShadowKey> ids(RowSet<Row> rows) {
    Set<ShadowKey> ids = new TreeSet<>();
    rows.forEach(
        row -> ids.add(new ShadowKey(row.getInteger(0), new ShadowName(row.getString(1)))));
    return ids;
  }

  /** Reads them and locks them until the transaction ends. */
  static Uni<List<StoredShadow>> lock(SqlClient transaction, SortedSet<ShadowKey> ids) {
    return transaction
        .preparedQuery(LOCK)
        .execute(keys(ids))
        .map(rows -> stream(rows).map(StoredShadow::of).toList());
  }

  /**
   * Makes rows of version 0 for new shadows, as far as their devices exist and may have more; what
   * is still 0 in the end is taken back by {@link #write}. Forgets what was deleted long ago.
   */
  static Uni<Void> place(
      SqlClient transaction,
      SortedSet<ShadowKey> ids,
      int maxPerDevice,
      Duration rememberDeletedFor,
      Instant now) {
    var devices = ids.stream().map(ShadowKey::deviceKey).distinct().toArray(Integer[]::new);
    var keys = keys(ids).addOffsetDateTime(utc(now)).addInteger(maxPerDevice);
    return transaction
        .preparedQuery(HOLD_DEVICES)
        .execute(Tuple.of(devices))
        .chain(
            () ->
                transaction
                    .preparedQuery(FORGET)
                    .execute(Tuple.of(devices, utc(now.minus(rememberDeletedFor)))))
        .chain(() -> transaction.preparedQuery(PLACE).execute(keys))
        .replaceWithVoid();
  }

  /**
   * Writes rows that the transaction has locked, keeps their versions, and forgets deltas of those
   * in which nothing differs any more.
   *
   * @param versions none that is to be trimmed at once
   * @param keep how many versions are kept
   */
  static Uni<Void> write(
      SqlClient transaction, List<StoredShadow> shadows, List<PastVersion> versions, int keep) {
    var values =
        Tuple.tuple()
            .addArrayOfInteger(array(shadows, StoredShadow::key, Integer[]::new))
            .addArrayOfLong(array(shadows, it -> it.document().version(), Long[]::new))
            .addArrayOfString(texts(shadows, it -> it.document().desired().state()))
            .addArrayOfString(texts(shadows, it -> it.document().reported().state()))
            .addArrayOfString(texts(shadows, it -> it.document().metadata()))
            .addArrayOfBoolean(array(shadows, it -> it.document().delta() != null, Boolean[]::new))
            .addArrayOfOffsetDateTime(
                array(shadows, it -> utc(it.updatedAt()), OffsetDateTime[]::new))
            .addArrayOfBoolean(array(shadows, StoredShadow::deleted, Boolean[]::new))
            .addArrayOfLong(array(shadows, it -> beyond(it, keep), Long[]::new));
    PastVersion.add(values, versions);
    return transaction.preparedQuery(WRITE).execute(values).replaceWithVoid();
  }

  private static <T> T[] array(
      List<StoredShadow> shadows, Function<StoredShadow, T> value, IntFunction<T[]> array) {
    return shadows.stream().map(value).toArray(array);
  }

  /** Takes back rows that were placed and not used. */
  static Uni<Void> unplace(SqlClient transaction, Collection<Integer> keys) {
    return transaction
        .preparedQuery(UNPLACE)
        .execute(Tuple.of(keys.toArray(Integer[]::new)))
        .replaceWithVoid();
  }

  private static long beyond(StoredShadow shadow, int keep) {
    return shadow.deleted() ? Long.MAX_VALUE : shadow.document().version() - keep;
  }

  /** The versions that are kept, the latest first. */
  static Uni<List<ShadowVersion>> history(SqlClient client, ShadowKey id) {
    return client
        .preparedQuery(HISTORY)
        .execute(Tuple.of(id.deviceKey(), id.name().value()))
        .map(rows -> stream(rows).map(ShadowVersion::of).toList());
  }

  /** A device's shadows in the order of their names, the classic one first. */
  static Uni<List<ShadowItem>> list(SqlClient client, int deviceKey) {
    return client
        .preparedQuery(NAMES)
        .execute(Tuple.of(deviceKey))
        .map(rows -> stream(rows).map(ShadowItem::of).toList());
  }

  private static Stream<Row> stream(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false);
  }

  private static Tuple keys(Collection<ShadowKey> ids) {
    return Tuple.of(
        ids.stream().map(ShadowKey::deviceKey).toArray(Integer[]::new),
        ids.stream().map(id -> id.name().value()).toArray(String[]::new));
  }

  private static String[] texts(
      List<StoredShadow> shadows, Function<StoredShadow, ObjectNode> node) {
    return array(shadows, it -> ShadowJson.text(node.apply(it)), String[]::new);
  }

  static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
