package io.muster.registry.configuration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.GroupId;
import io.muster.contract.id.ShadowName;
import io.muster.contract.id.TenantId;
import io.muster.registry.shadow.DesiredStates;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;

/**
 * A row of {@code group_configuration} with its present revision.
 *
 * @param withdrawn it is being taken back
 */
record Configuration(
    TenantId tenant,
    GroupId group,
    int groupKey,
    ShadowName shadow,
    long revision,
    ObjectNode desired,
    boolean withdrawn,
    Instant createdAt,
    Instant updatedAt) {
  static final String SELECT =
      """
      SELECT t.id AS tenant, g.id AS "group", c.group_key, c.shadow_name, c.revision,
             r.desired::text, c.withdrawn, c.created_at, c.updated_at
        FROM group_configuration c
        JOIN group_configuration_revision r
          ON r.group_key = c.group_key AND r.revision = c.revision
        JOIN device_group g ON g.key = c.group_key
        JOIN tenant t ON t.key = g.tenant_key
      """;

  static Configuration of(Row row) {
    return new Configuration(
        new TenantId(row.getString("tenant")),
        new GroupId(row.getString("group")),
        row.getInteger("group_key"),
        new ShadowName(row.getString("shadow_name")),
        row.getLong("revision"),
        DesiredStates.read(row.getString("desired")),
        row.getBoolean("withdrawn"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant());
  }

  ConfigurationView view() {
    return new ConfigurationView(
        shadow.isClassic() ? null : shadow.value(),
        desired,
        revision,
        withdrawn,
        null,
        createdAt,
        updatedAt);
  }
}
