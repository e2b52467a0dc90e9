package io.muster.registry.bulk;

import io.muster.registry.devices.DeviceCondition;
import io.muster.registry.devices.DeviceRepresentation;
import io.muster.registry.search.SqlText;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * The devices that fit a condition, page by page: each page is a query of its own, so a slow client
 * holds neither a connection nor a snapshot. Gateways come before what is behind them, so that an
 * import finds them; within that they come in the order of their ids. For one virtual thread.
 */
final class ExportPages {
  private static final int PAGE = 1_000;

  /** Devices without a gateway, then those behind such a one, then those behind these. */
  private static final List<String> LEVELS =
      List.of(
          " AND d.gateway_key IS NULL",
          " AND d.gateway_key IS NOT NULL AND g.gateway_key IS NULL",
          " AND g.gateway_key IS NOT NULL");

  private final Pool pool;
  private final DeviceCondition condition;
  private final Duration within;
  private int level;
  private String last = "";

  ExportPages(Pool pool, DeviceCondition condition, Duration within) {
    this.pool = pool;
    this.condition = condition;
    this.within = within;
  }

  /** The names of the attributes that the devices have, in order, up to a number. */
  List<String> attributeNames(int atMost) {
    var sql = new SqlText().add("SELECT DISTINCT jsonb_object_keys(d.attributes) AS name");
    condition.write(sql);
    sql.add(" ORDER BY name LIMIT ").value(atMost);
    var names = new ArrayList<String>();
    rows(sql).forEach(row -> names.add(row.getString("name")));
    return names;
  }

  /** The next devices, or null at the end. */
  List<DeviceRepresentation> next() {
    while (level < LEVELS.size()) {
      var page = page();
      if (page.size() == PAGE) {
        last = page.getLast().id();
      } else {
        level++;
        last = "";
      }
      if (!page.isEmpty()) {
        return page;
      }
    }
    return null;
  }

  private List<DeviceRepresentation> page() {
    var sql = new SqlText().add("SELECT ").add(DeviceRepresentation.COLUMNS);
    condition.write(sql);
    sql.add(LEVELS.get(level)).add(" AND d.id > ").value(last);
    sql.add(" ORDER BY d.id LIMIT ").value(PAGE);
    var page = new ArrayList<DeviceRepresentation>();
    rows(sql).forEach(row -> page.add(DeviceRepresentation.of(row)));
    return page;
  }

  private RowSet<Row> rows(SqlText sql) {
    return pool.preparedQuery(sql.text())
        .execute(sql.values())
        .ifNoItem()
        .after(within)
        .failWith(TimeoutException::new)
        .await()
        .indefinitely();
  }
}
