package io.muster.registry.shadow;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A shadow in a list.
 *
 * @param name empty for the classic shadow
 * @param version its present one
 * @param delta whether what is desired differs from what is reported
 * @param updatedAt when it was last updated
 */
@Schema(name = "ShadowItem")
record ShadowItem(String name, long version, boolean delta, Instant updatedAt) {

  static ShadowItem of(Row row) {
    return new ShadowItem(
        row.getString("name"),
        row.getLong("version"),
        row.getBoolean("has_delta"),
        row.getOffsetDateTime("updated_at").toInstant());
  }
}
