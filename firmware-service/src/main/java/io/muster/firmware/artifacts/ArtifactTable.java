package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.Sha256;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows of artifacts. Stateless. */
public final class ArtifactTable {
  /** With the table as {@code a}. */
  public static final String COLUMNS =
      "a.key, a.id, a.filename, a.sha256, a.sha1, a.md5, a.size_bytes, a.created_at, a.created_by";

  private static final String INSERT =
      """
      INSERT INTO artifact AS a (id, tenant, filename, sha256, sha1, md5, size_bytes, created_at,
                                 created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING\s\
      """
          + COLUMNS;
  private static final String FIND =
      "SELECT " + COLUMNS + " FROM artifact AS a WHERE a.tenant = $1 AND a.id = $2";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + " FROM artifact AS a WHERE a.tenant = $1 AND ($2::bigint = 0 OR a.key < $2)"
          + " AND ($3::text IS NULL OR a.filename = $3) ORDER BY a.key DESC LIMIT $4";
  private static final String USE =
      """
      SELECT count(*) AS artifacts,
             (coalesce(sum(a.size_bytes), 0)
               + (SELECT coalesce(sum(r.size_bytes), 0) FROM artifact_remains AS r
                   WHERE r.tenant = $1 AND NOT EXISTS (
                     SELECT 1 FROM artifact AS o WHERE o.sha256 = r.sha256 AND o.tenant = $1))
             )::bigint AS bytes
        FROM artifact AS a WHERE a.tenant = $1\
      """;
  private static final String LEAVE =
      """
      INSERT INTO artifact_remains AS r (tenant, sha256, size_bytes, stored_at)
      VALUES ($1, $2, $3, $4)
      ON CONFLICT (tenant, sha256)
        DO UPDATE SET stored_at = greatest(r.stored_at, excluded.stored_at)\
      """;

  private ArtifactTable() {}

  static Artifact insert(
      Sql db, UUID id, TenantId tenant, FileName name, Digests digests, Instant now, String by) {
    return db.first(
            INSERT,
            id,
            tenant.value(),
            name.value(),
            digests.sha256().hex(),
            digests.sha1(),
            digests.md5(),
            digests.sizeBytes(),
            now,
            by)
        .map(ArtifactTable::read)
        .orElseThrow();
  }

  /** A tenant's artifact. */
  public static Optional<Artifact> find(Sql db, TenantId tenant, UUID id) {
    return db.first(FIND, tenant.value(), id).map(ArtifactTable::read);
  }

  /**
   * The newest first.
   *
   * @param before the key to go on before, or 0
   * @param filename of that name alone, or null
   */
  static List<Artifact> list(Sql db, TenantId tenant, long before, String filename, int limit) {
    return db.rows(ArtifactTable::read, LIST, tenant.value(), before, filename, limit);
  }

  /**
   * How many a tenant has, and of how many bytes, with those that it had and that are not swept
   * yet. Nobody else adds one until the end of the transaction.
   */
  static Use use(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('artifact ' || $1::text))", tenant.value());
    return db.first(USE, tenant.value())
        .map(row -> new Use(row.getLong("artifacts"), row.getLong("bytes")))
        .orElseThrow();
  }

  record Use(long artifacts, long bytes) {}

  /** Which modules hold it. */
  static List<String> modulesOf(Sql db, long artifact) {
    return db.rows(
        row -> row.getString("module"),
        "SELECT m.name || ' ' || m.version AS module FROM module_artifact AS ma"
            + " JOIN software_module AS m ON m.key = ma.module_key"
            + " WHERE ma.artifact_key = $1 ORDER BY 1 LIMIT 5",
        artifact);
  }

  static void delete(Sql db, long artifact) {
    db.change("DELETE FROM artifact WHERE key = $1", artifact);
  }

  /**
   * The tenant has those bytes no more, and they are there still.
   *
   * @param storedAt not before they were stored
   */
  static void leave(Sql db, TenantId tenant, Sha256 bytes, long sizeBytes, Instant storedAt) {
    db.change(LEAVE, tenant.value(), bytes.hex(), sizeBytes, storedAt);
  }

  /** What a sweep of what was stored before then takes, if nobody else has it. */
  static List<Long> remains(Sql db, Instant before, int limit) {
    return db.rows(
        row -> row.getLong("key"),
        "SELECT key FROM artifact_remains WHERE stored_at < $1 ORDER BY stored_at LIMIT $2",
        before,
        limit);
  }

  /** The sweep is over: they are gone, or somebody else has them. */
  static void forgetRemains(Sql db, List<Long> keys, Instant before) {
    db.change(
        "DELETE FROM artifact_remains WHERE key = ANY ($1::bigint[]) AND stored_at < $2",
        keys.toArray(Long[]::new),
        before);
  }

  /** Whether any tenant has those bytes. */
  static boolean isKnown(Sql db, Sha256 bytes) {
    return db.first("SELECT 1 FROM artifact WHERE sha256 = $1 LIMIT 1", bytes.hex()).isPresent();
  }

  /** A row with {@link #COLUMNS}. */
  public static Artifact read(Row row) {
    return new Artifact(
        row.getLong("key"),
        row.getUUID("id"),
        row.getString("filename"),
        new Sha256(row.getString("sha256")),
        row.getString("sha1"),
        row.getString("md5"),
        row.getLong("size_bytes"),
        Sql.instant(row, "created_at"),
        row.getString("created_by"));
  }
}
