package io.muster.firmware.distributions;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The rows of distributions. Stateless. */
public final class DistributionTable {
  private static final String COLUMNS =
      "d.key, d.id, d.name, d.version, d.device_types, d.release_notes, d.created_at,"
          + " d.created_by, d.released_at, d.released_by, d.withdrawn_at, d.withdrawn_by";
  private static final String INSERT =
      """
      INSERT INTO distribution (id, tenant, name, version, device_types, release_notes, created_at,
                                created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING key\
      """;
  private static final String SELECT = "SELECT " + COLUMNS + " FROM distribution AS d WHERE ";
  private static final String LIST =
      SELECT
          + "d.tenant = $1 AND d.deleted_at IS NULL AND ($2::bigint = 0 OR d.key < $2)"
          + " AND ($3::text IS NULL OR d.name = $3) ORDER BY d.key DESC LIMIT $4";

  /**
   * By an action that has not ended, as what a device installed last, by a rollout, or as what
   * devices may go back to.
   */
  public static final String IN_USE =
      """
      (SELECT 1 FROM action WHERE distribution_key = $1 AND finished_at IS NULL LIMIT 1)
      UNION ALL (SELECT 1 FROM action AS a JOIN target AS t ON t.key = a.target_key
                  WHERE a.distribution_key = $1 AND a.state = 'finished'
                    AND a.number > t.forgotten_number
                    AND NOT EXISTS (SELECT 1 FROM action AS later
                                     WHERE later.target_key = a.target_key
                                       AND later.number > a.number AND later.state = 'finished')
                  LIMIT 1)
      UNION ALL (SELECT 1 FROM rollout WHERE distribution_key = $1 LIMIT 1)
      UNION ALL (SELECT 1 FROM rollout_device WHERE previous_key = $1 LIMIT 1)
      UNION ALL (SELECT 1 FROM rollout_device WHERE distribution_key = $1 LIMIT 1)\
      """;

  private static final String RELEASE =
      """
      UPDATE distribution
         SET released_at = $2, released_by = $3, withdrawn_at = NULL, withdrawn_by = NULL,
             taking_back = false
       WHERE key = $1\
      """;
  private static final String WITHDRAW =
      """
      UPDATE distribution SET withdrawn_at = $2, withdrawn_by = $3, taking_back = true
       WHERE key = $1\
      """;

  // One that is worked on just now is due again soon by itself; nobody waits for it here.
  private static final String HURRY =
      """
      UPDATE rollout SET due_at = $2
       WHERE key IN (SELECT key FROM rollout
                      WHERE distribution_key = $1 AND state IN ('scheduled', 'running')
                        FOR UPDATE SKIP LOCKED)\
      """;
  private static final String DELETE =
      """
      WITH parts AS (DELETE FROM distribution_module WHERE distribution_key = $1)
      UPDATE distribution SET deleted_at = $2, release_notes = NULL WHERE key = $1\
      """;
  private static final String FORGET =
      """
      DELETE FROM distribution AS d
       WHERE d.tenant = $1 AND d.deleted_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM action AS a WHERE a.distribution_key = d.key)\
      """;

  private static final String HOLD =
      """
      SELECT key FROM distribution
       WHERE key = ANY ($1) AND deleted_at IS NULL AND withdrawn_at IS NULL
       ORDER BY key FOR SHARE\
      """;

  private DistributionTable() {}

  static void insert(
      Sql db,
      UUID id,
      TenantId tenant,
      DistributionBody body,
      List<SoftwareModule> modules,
      Instant now,
      String by) {
    var types = body.deviceTypes() == null ? List.<String>of() : body.deviceTypes();
    var key =
        db.number(
            INSERT,
            id,
            tenant.value(),
            body.name(),
            body.version(),
            types,
            body.releaseNotes(),
            now,
            by);
    var place = 0;
    for (var module : modules) {
      db.change(
          "INSERT INTO distribution_module (distribution_key, module_key, place)"
              + " VALUES ($1, $2, $3)",
          key,
          module.key(),
          place++);
    }
  }

  static long count(Sql db, TenantId tenant) {
    return db.number(
        "SELECT count(*) FROM distribution WHERE tenant = $1 AND deleted_at IS NULL",
        tenant.value());
  }

  static boolean isTaken(Sql db, TenantId tenant, String name, String version) {
    return db.first(
            "SELECT 1 FROM distribution"
                + " WHERE tenant = $1 AND name = $2 AND version = $3 AND deleted_at IS NULL",
            tenant.value(),
            name,
            version)
        .isPresent();
  }

  /** A tenant's distribution. */
  public static Optional<Distribution> find(Sql db, TenantId tenant, UUID id) {
    return read(
            db,
            db.rows(
                SELECT + "d.tenant = $1 AND d.id = $2 AND d.deleted_at IS NULL",
                tenant.value(),
                id))
        .stream()
        .findFirst();
  }

  /**
   * Nobody deletes or withdraws it until the end of the transaction; false when somebody did
   * already.
   *
   * @param distribution its key
   */
  public static boolean hold(Sql db, long distribution) {
    return db.first(
            "SELECT 1 FROM distribution WHERE key = $1 AND deleted_at IS NULL"
                + " AND withdrawn_at IS NULL FOR SHARE",
            distribution)
        .isPresent();
  }

  /**
   * The same of several.
   *
   * @return those that nobody has deleted or withdrawn
   */
  public static Set<Long> hold(Sql db, Collection<Long> distributions) {
    var keys = distributions.stream().distinct().toArray(Long[]::new);
    return Set.copyOf(db.rows(row -> row.getLong("key"), HOLD, (Object) keys));
  }

  /** The distribution of an action. */
  public static Distribution byKey(Sql db, long key) {
    return read(db, db.rows(SELECT + "d.key = $1", key)).getFirst();
  }

  /** The distributions of actions, by their keys. */
  public static Map<Long, Distribution> byKeys(Sql db, Collection<Long> keys) {
    var rows = db.rows(SELECT + "d.key = ANY ($1)", (Object) keys.toArray(Long[]::new));
    return read(db, rows).stream().collect(Collectors.toMap(Distribution::key, it -> it));
  }

  /** The newest first, before a key unless that is 0. */
  static List<Distribution> list(Sql db, TenantId tenant, long before, String name, int limit) {
    return read(db, db.rows(LIST, tenant.value(), before, name, limit));
  }

  static void release(Sql db, long key, Instant now, String by) {
    db.change(RELEASE, key, now, by);
  }

  /** Nobody is given it any more; its rollouts find that out at once. */
  static void withdraw(Sql db, long key, Instant now, String by) {
    db.change(WITHDRAW, key, now, by);
    db.change(HURRY, key, now);
  }

  /** Whether somebody has withdrawn it. */
  public static boolean isWithdrawn(Sql db, long key) {
    return db.first("SELECT 1 FROM distribution WHERE key = $1 AND withdrawn_at IS NOT NULL", key)
        .isPresent();
  }

  static boolean isInUse(Sql db, long distribution) {
    return db.first(IN_USE, distribution).isPresent();
  }

  /**
   * Leaves its name and version, for as long as actions tell of it; those of which none tells any
   * more go with it.
   */
  static void delete(Sql db, TenantId tenant, long distribution, Instant now) {
    db.change(DELETE, distribution, now);
    db.change(FORGET, tenant.value());
  }

  /** Two queries for what all of them hold, however many they are. */
  private static List<Distribution> read(Sql db, List<Row> rows) {
    var modules =
        ModuleTable.of(db, rows.stream().map(row -> row.getLong("key")).toArray(Long[]::new));
    return rows.stream()
        .map(row -> read(row, modules.getOrDefault(row.getLong("key"), List.of())))
        .toList();
  }

  private static Distribution read(Row row, List<SoftwareModule> modules) {
    return new Distribution(
        row.getLong("key"),
        row.getUUID("id"),
        row.getString("name"),
        row.getString("version"),
        Sql.texts(row, "device_types"),
        row.getString("release_notes"),
        modules,
        Sql.instant(row, "created_at"),
        row.getString("created_by"),
        Sql.instant(row, "released_at"),
        row.getString("released_by"),
        Sql.instant(row, "withdrawn_at"),
        row.getString("withdrawn_by"));
  }
}
