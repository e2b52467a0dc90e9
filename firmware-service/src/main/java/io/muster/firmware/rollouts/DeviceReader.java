package io.muster.firmware.rollouts;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;

/** Reads the devices of rollouts as callers see them. Waits; thread-safe. */
@ApplicationScoped
class DeviceReader {
  private static final String LIST =
      "SELECT * FROM (SELECT d.device, g.number AS group_number, "
          + Standings.STATE
          + ", d.attempts, d.not_before, d.action_number, d.given_at, d.ended_at"
          + Standings.FROM
          + " AND d.device > $3) AS listed"
          + " WHERE ($4::text IS NULL OR state = $4) AND ($5::int IS NULL OR group_number = $5)"
          + " ORDER BY device LIMIT $6";

  private final Database database;
  private final Clock clock;

  DeviceReader(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * In the order of their ids; 404 when the tenant has no such rollout.
   *
   * @param state or null for all
   * @param group or null for all
   */
  Page<RolloutDeviceView> list(
      TenantId tenant, UUID id, String state, Integer group, Cursor cursor, int limit) {
    return database.use(
        db -> {
          var rollout =
              db.first("SELECT key FROM rollout WHERE tenant = $1 AND id = $2", tenant.value(), id)
                  .orElseThrow(RolloutActions::absent)
                  .getLong("key");
          var found =
              db.rows(LIST, rollout, clock.instant(), cursor.after(), state, group, limit + 1);
          return Page.of(found, limit, row -> row.getString("device"), DeviceReader::view);
        });
  }

  private static RolloutDeviceView view(Row row) {
    return new RolloutDeviceView(
        new DeviceId(row.getString("device")),
        row.getInteger("group_number"),
        row.getString("state"),
        row.getInteger("attempts"),
        "retrying".equals(row.getString("state")) ? Sql.instant(row, "not_before") : null,
        row.getLong("action_number"),
        Sql.instant(row, "given_at"),
        Sql.instant(row, "ended_at"));
  }
}
