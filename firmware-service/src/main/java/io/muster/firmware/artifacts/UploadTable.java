package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.UploadId;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rows of uploads under way. Stateless. */
final class UploadTable {
  private static final String INSERT =
      """
      INSERT INTO upload (id, tenant, filename, size_bytes, sha256, touched_at, created_by,
                          in_one_request)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)\
      """;

  private static final String FIND =
      "SELECT u.filename AS upload_name, u.size_bytes AS announced_bytes,"
          + " u.sha256 AS announced_sha256, u.found_sha256, u.found_sha1, u.found_md5,"
          + " u.found_bytes, u.found_at, "
          + ArtifactTable.COLUMNS
          + " FROM upload AS u LEFT JOIN artifact AS a ON a.key = u.artifact_key"
          + " WHERE u.tenant = $1 AND u.id = $2";

  private UploadTable() {}

  /**
   * An upload under way.
   *
   * @param sizeBytes as announced, or null
   * @param sha256 as announced, if it was
   * @param found what its bytes were when it was to become an artifact
   * @param artifact what became of it, once it is complete
   */
  record Upload(
      UploadId id,
      FileName filename,
      Long sizeBytes,
      Optional<Sha256> sha256,
      Optional<Found> found,
      Optional<Artifact> artifact) {}

  /** What the bytes of an upload were, and when they were looked at. */
  record Found(Digests digests, Instant at) {}

  /**
   * Writes down that one begins.
   *
   * @param inOneRequest whether it ends with the request that begins it
   */
  static void insert(
      Sql db, TenantId tenant, Upload it, Instant now, String by, boolean inOneRequest) {
    db.change(
        INSERT,
        it.id().hex(),
        tenant.value(),
        it.filename().value(),
        it.sizeBytes(),
        it.sha256().map(Sha256::hex).orElse(null),
        now,
        by,
        inOneRequest);
  }

  static Optional<Upload> find(Sql db, TenantId tenant, UploadId id) {
    return db.first(FIND, tenant.value(), id.hex())
        .map(
            row ->
                new Upload(
                    id,
                    new FileName(row.getString("upload_name")),
                    row.getLong("announced_bytes"),
                    Optional.ofNullable(row.getString("announced_sha256")).map(Sha256::new),
                    found(row),
                    row.getLong("key") == null
                        ? Optional.empty()
                        : Optional.of(ArtifactTable.read(row))));
  }

  private static Optional<Found> found(Row row) {
    return Optional.ofNullable(row.getString("found_sha256"))
        .map(
            sha256 ->
                new Found(
                    new Digests(
                        new Sha256(sha256),
                        row.getString("found_sha1"),
                        row.getString("found_md5"),
                        row.getLong("found_bytes")),
                    Sql.instant(row, "found_at")));
  }

  /**
   * An upload that is not complete.
   *
   * @param storedBytes of the object that its bytes may have become meanwhile, whose artifact was
   *     refused
   */
  record UnderWay(UploadId id, long storedBytes) {}

  /** A tenant's uploads that are not complete. */
  static List<UnderWay> underWay(Sql db, TenantId tenant) {
    return db.rows(
        row -> new UnderWay(new UploadId(row.getString("id")), row.getLong("stored")),
        "SELECT id, coalesce(found_bytes, 0) AS stored FROM upload"
            + " WHERE tenant = $1 AND artifact_key IS NULL",
        tenant.value());
  }

  static long count(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('upload ' || $1::text))", tenant.value());
    return db.number(
        "SELECT count(*) FROM upload"
            + " WHERE tenant = $1 AND artifact_key IS NULL AND NOT in_one_request",
        tenant.value());
  }

  static void touch(Sql db, UploadId id, Instant now) {
    db.change("UPDATE upload SET touched_at = $2 WHERE id = $1", id.hex(), now);
  }

  /** A request begins to add bytes: until it has ended nobody knows what the disk holds of them. */
  static void requestBegins(Sql db, UploadId id, Instant now) {
    db.change(
        "UPDATE upload SET touched_at = $2, requests_open = requests_open + 1 WHERE id = $1",
        id.hex(),
        now);
  }

  /** All that it brought is on the disk. */
  static void requestEnds(Sql db, UploadId id, Instant now) {
    db.change(
        "UPDATE upload SET touched_at = $2, requests_open = requests_open - 1 WHERE id = $1",
        id.hex(),
        now);
  }

  /** Whether its bytes may be others than were sent, and nobody said what they are to be. */
  static boolean isUncertain(Sql db, UploadId id) {
    return db.first(
            "SELECT 1 FROM upload WHERE id = $1 AND requests_open > 0 AND sha256 IS NULL", id.hex())
        .isPresent();
  }

  /** What its bytes are; false when it was discarded meanwhile. */
  static boolean verified(Sql db, UploadId id, Digests found, Instant now) {
    return db.change(
            "UPDATE upload SET found_sha256 = $2, found_sha1 = $3, found_md5 = $4,"
                + " found_bytes = $5, found_at = $6, touched_at = $6 WHERE id = $1",
            id.hex(),
            found.sha256().hex(),
            found.sha1(),
            found.md5(),
            found.sizeBytes(),
            now)
        > 0;
  }

  /** It is complete; for a while who asks again hears so. */
  static void completed(Sql db, UploadId id, Artifact artifact, Instant now) {
    db.change(
        "UPDATE upload SET artifact_key = $2, touched_at = $3 WHERE id = $1",
        id.hex(),
        artifact.key(),
        now);
  }

  static void delete(Sql db, UploadId id) {
    db.change("DELETE FROM upload WHERE id = $1", id.hex());
  }

  /** Its bytes are gone, and nothing came of it: it counts no more. */
  static void deleteLost(Sql db, UploadId id) {
    db.change(
        "DELETE FROM upload WHERE id = $1 AND artifact_key IS NULL AND found_sha256 IS NULL",
        id.hex());
  }

  static int deleteOld(Sql db, Instant before) {
    return db.change("DELETE FROM upload WHERE touched_at < $1", before);
  }
}
