package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.UploadId;
import java.time.Instant;
import java.util.Optional;

/** The rows of uploads under way. Stateless. */
final class UploadTable {
  private static final String INSERT =
      """
      INSERT INTO upload (id, tenant, filename, size_bytes, sha256, touched_at, created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7)\
      """;

  private UploadTable() {}

  /**
   * An upload under way.
   *
   * @param sizeBytes as announced, or null
   * @param sha256 as announced, if it was
   */
  record Upload(UploadId id, FileName filename, Long sizeBytes, Optional<Sha256> sha256) {}

  static void insert(Sql db, TenantId tenant, Upload it, Instant now, String by) {
    db.change(
        INSERT,
        it.id().hex(),
        tenant.value(),
        it.filename().value(),
        it.sizeBytes(),
        it.sha256().map(Sha256::hex).orElse(null),
        now,
        by);
  }

  static Optional<Upload> find(Sql db, TenantId tenant, UploadId id) {
    return db.first(
            "SELECT filename, size_bytes, sha256 FROM upload WHERE tenant = $1 AND id = $2",
            tenant.value(),
            id.hex())
        .map(
            row ->
                new Upload(
                    id,
                    new FileName(row.getString("filename")),
                    row.getLong("size_bytes"),
                    Optional.ofNullable(row.getString("sha256")).map(Sha256::new)));
  }

  static long count(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('upload ' || $1::text))", tenant.value());
    return db.number("SELECT count(*) FROM upload WHERE tenant = $1", tenant.value());
  }

  static void touch(Sql db, UploadId id, Instant now) {
    db.change("UPDATE upload SET touched_at = $2 WHERE id = $1", id.hex(), now);
  }

  static void delete(Sql db, UploadId id) {
    db.change("DELETE FROM upload WHERE id = $1", id.hex());
  }

  static int deleteOld(Sql db, Instant before) {
    return db.change("DELETE FROM upload WHERE touched_at < $1", before);
  }
}
