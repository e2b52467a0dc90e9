package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A version of a shadow that is or was.
 *
 * @param version from 1
 * @param at when it was made
 * @param source {@code device}, {@code api} or {@code configuration}
 * @param state desired and reported, as far as there was any
 */
@Schema(name = "ShadowVersion")
record ShadowVersion(
    long version,
    Instant at,
    @Schema(examples = "device") String source,
    @Schema(type = SchemaType.OBJECT) ObjectNode state) {

  static ShadowVersion of(Row row) {
    var state = ShadowJson.object();
    for (var section : new String[] {ShadowUpdate.DESIRED, ShadowUpdate.REPORTED}) {
      var stored = ShadowJson.stored(row.getString(section));
      if (stored != null) {
        state.set(section, stored);
      }
    }
    return new ShadowVersion(
        row.getLong("version"),
        row.getOffsetDateTime("at").toInstant(),
        row.getString("source"),
        state);
  }
}
