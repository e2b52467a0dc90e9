package io.muster.firmware.manifest;

import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;

/** The rows of the keys for manifests. They are few, and none is ever deleted. Stateless. */
final class ManifestKeyTable {
  private static final String ALL =
      """
      SELECT id, public_key, signs_from, published_until, introduction, introduced_by, created_at,
             created_by
        FROM manifest_key ORDER BY signs_from, place\
      """;
  private static final String INSERT =
      """
      INSERT INTO manifest_key (id, public_key, signs_from, introduction, introduced_by, created_at,
                                created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7)\
      """;

  private ManifestKeyTable() {}

  /** In the order in which they sign. */
  static KeyRing all(Sql db) {
    return new KeyRing(db.rows(ManifestKeyTable::read, ALL));
  }

  /** Changes with each of them. */
  static long version(Sql db) {
    return db.number("SELECT version FROM manifest_key_set");
  }

  /** Until the end of the transaction nobody else changes them. */
  static long lock(Sql db) {
    return db.number("SELECT version FROM manifest_key_set FOR UPDATE");
  }

  static void changed(Sql db) {
    db.change("UPDATE manifest_key_set SET version = version + 1");
  }

  static void insert(Sql db, KeyEntry key) {
    db.change(
        INSERT,
        key.id(),
        key.publicKey(),
        key.signsFrom(),
        key.introduction(),
        key.introducedBy(),
        key.createdAt(),
        key.createdBy());
  }

  /** Those of which no end was known are published until then. */
  static void endOthers(Sql db, String but, Instant publishedUntil) {
    db.change(
        "UPDATE manifest_key SET published_until = $2 WHERE id <> $1 AND published_until IS NULL",
        but,
        publishedUntil);
  }

  /**
   * @param publishedUntil null: it is not known again
   */
  static void end(Sql db, String id, Instant publishedUntil) {
    db.change("UPDATE manifest_key SET published_until = $2 WHERE id = $1", id, publishedUntil);
  }

  private static KeyEntry read(Row row) {
    return new KeyEntry(
        row.getString("id"),
        Sql.bytes(row, "public_key"),
        Sql.instant(row, "signs_from"),
        Sql.instant(row, "published_until"),
        row.getString("introduction"),
        row.getString("introduced_by"),
        Sql.instant(row, "created_at"),
        row.getString("created_by"));
  }
}
