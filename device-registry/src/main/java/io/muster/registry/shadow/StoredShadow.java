package io.muster.registry.shadow;

import io.muster.contract.id.ShadowName;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;

/**
 * A row of {@code shadow}.
 *
 * @param key of the row
 * @param updatedAt when it became this version
 * @param deleted what remains is its version
 */
record StoredShadow(
    int key, ShadowKey id, ShadowDocument document, Instant updatedAt, boolean deleted) {
  static final String COLUMNS =
      "s.key, s.device_key, s.name, s.version, s.desired::text, s.reported::text,"
          + " s.metadata::text, s.updated_at, s.deleted_at IS NOT NULL AS deleted";

  static StoredShadow of(Row row) {
    var metadata = ShadowJson.stored(row.getString("metadata"));
    var document =
        new ShadowDocument(
            row.getLong("version"),
            new Section(
                ShadowJson.stored(row.getString("desired")),
                ShadowJson.member(metadata, ShadowUpdate.DESIRED)),
            new Section(
                ShadowJson.stored(row.getString("reported")),
                ShadowJson.member(metadata, ShadowUpdate.REPORTED)));
    return new StoredShadow(
        row.getInteger("key"),
        new ShadowKey(row.getInteger("device_key"), new ShadowName(row.getString("name"))),
        document,
        row.getOffsetDateTime("updated_at").toInstant(),
        row.getBoolean("deleted"));
  }
}
