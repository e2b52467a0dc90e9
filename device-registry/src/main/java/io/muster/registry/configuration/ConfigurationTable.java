package io.muster.registry.configuration;

import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.registry.configuration.ConfigurationView.Progress;
import io.muster.registry.shadow.DesiredStates;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The tables {@code group_configuration} and {@code group_configuration_revision}. Stateless. */
final class ConfigurationTable {
  private static final String GROUP =
      "SELECT g.key FROM device_group g JOIN tenant t ON t.key = g.tenant_key"
          + " WHERE t.id = $1 AND g.id = $2 FOR NO KEY UPDATE OF g";
  private static final String OF_GROUP = Configuration.SELECT + " WHERE t.id = $1 AND g.id = $2";
  private static final String PUT =
      """
      INSERT INTO group_configuration
        (group_key, shadow_name, revision, withdrawn, created_at, updated_at, next_look_at)
      VALUES ($1, $2, $3, false, $4, $4, $4)
      ON CONFLICT (group_key) DO UPDATE
        SET shadow_name = excluded.shadow_name, revision = excluded.revision, withdrawn = false,
            updated_at = excluded.updated_at, next_look_at = excluded.next_look_at""";
  private static final String PUT_REVISION =
      "INSERT INTO group_configuration_revision (group_key, revision, shadow_name, desired)"
          + " VALUES ($1, $2, $3, $4::text::jsonb)";
  private static final String WITHDRAW =
      "UPDATE group_configuration SET withdrawn = true, updated_at = $2, next_look_at = $2"
          + " WHERE group_key = $1";
  private static final String PROGRESS =
      """
      SELECT count(*) FILTER (WHERE c.revision = $2 AND c.refusal IS NULL) AS applied,
             count(*) FILTER (WHERE c.revision = $2 AND c.refusal IS NULL AND NOT s.has_delta)
               AS reported,
             count(*) FILTER (WHERE c.revision = $2 AND c.refusal IS NOT NULL) AS refused,
             count(*) AS known
        FROM configured_device c
        LEFT JOIN shadow s ON s.device_key = c.device_key AND s.name = $3
       WHERE c.group_key = $1""";

  private ConfigurationTable() {}

  /** The key of a group, locked; empty when there is none. */
  static Uni<Optional<Integer>> lockGroup(SqlClient transaction, TenantId tenant, GroupId group) {
    return transaction
        .preparedQuery(GROUP)
        .execute(Tuple.of(tenant.value(), group.value()))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(rows.iterator().next().getInteger(0)));
  }

  static Uni<Optional<Configuration>> find(SqlClient client, TenantId tenant, GroupId group) {
    return client
        .preparedQuery(OF_GROUP)
        .execute(Tuple.of(tenant.value(), group.value()))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(Configuration.of(rows.iterator().next())));
  }

  /** Makes or replaces the group's one, as a revision. */
  static Uni<Void> put(
      SqlClient transaction, int groupKey, long revision, ConfigurationBody body, Instant now) {
    return transaction
        .preparedQuery(PUT)
        .execute(Tuple.of(groupKey, body.shadowName(), revision, utc(now)))
        .chain(
            () ->
                transaction
                    .preparedQuery(PUT_REVISION)
                    .execute(
                        Tuple.of(
                            groupKey,
                            revision,
                            body.shadowName(),
                            DesiredStates.text(body.desired()))))
        .replaceWithVoid();
  }

  static Uni<Void> withdraw(SqlClient transaction, int groupKey, Instant now) {
    return transaction
        .preparedQuery(WITHDRAW)
        .execute(Tuple.of(groupKey, utc(now)))
        .replaceWithVoid();
  }

  /**
   * @param total how many devices the group has
   */
  static Uni<Progress> progress(SqlClient client, Configuration configuration, long total) {
    return client
        .preparedQuery(PROGRESS)
        .execute(
            Tuple.of(
                configuration.groupKey(), configuration.revision(), configuration.shadow().value()))
        .map(
            rows -> {
              var row = rows.iterator().next();
              var applied = row.getLong("applied");
              var refused = row.getLong("refused");
              var pending =
                  configuration.withdrawn()
                      ? row.getLong("known")
                      : Math.max(0, total - applied - refused);
              return new Progress(total, applied, row.getLong("reported"), refused, pending);
            });
  }

  static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
