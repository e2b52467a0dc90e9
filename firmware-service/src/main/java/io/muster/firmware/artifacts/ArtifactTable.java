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
   * How many a tenant has, and of how many bytes. Nobody else adds one until the end of the
   * transaction.
   */
  static Use use(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('artifact ' || $1::text))", tenant.value());
    return db.first(
            "SELECT count(*) AS artifacts, coalesce(sum(size_bytes), 0)::bigint AS bytes"
                + " FROM artifact WHERE tenant = $1",
            tenant.value())
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
