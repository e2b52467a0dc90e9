package io.muster.registry.devices;

import io.muster.contract.id.TenantId;
import io.muster.registry.paging.Cursor;
import io.muster.registry.paging.Page;
import io.muster.registry.problem.Refusal;
import io.muster.registry.search.Filter;
import io.muster.registry.search.Sort;
import io.muster.registry.search.SqlText;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds devices by a filter. Past Hibernate: the conditions are written as SQL that uses the
 * indexes for jsonb and arrays. Thread-safe.
 */
@ApplicationScoped
class DeviceSearch {
  private static final String COLUMNS =
      "SELECT d.id, t.id AS type, g.id AS gateway, d.tags, d.attributes, d.enabled, d.version,"
          + " d.created_at, d.updated_at, ";

  private final Pool pool;

  DeviceSearch(Pool pool) {
    this.pool = pool;
  }

  /**
   * A page of what fits.
   *
   * @param filter empty: all
   */
  Uni<Page<DeviceRepresentation>> find(
      TenantId tenant, Optional<Filter> filter, Sort sort, Cursor cursor, int limit) {
    return tenantKey(tenant)
        .chain(
            key -> {
              var sql = new SqlText().add(COLUMNS).add(sort.column()).add(" AS place");
              writeCondition(key, filter, sql);
              sort.writeAfter(cursor, sql);
              sort.writeOrder(sql);
              sql.add(" LIMIT ").value(limit + 1);
              return pool.preparedQuery(sql.text()).execute(sql.values());
            })
        .map(rows -> page(rows, sort, limit));
  }

  /** How many fit. */
  Uni<Long> count(TenantId tenant, Optional<Filter> filter) {
    return tenantKey(tenant)
        .chain(
            key -> {
              var sql = new SqlText().add("SELECT count(*)");
              writeCondition(key, filter, sql);
              return pool.preparedQuery(sql.text()).execute(sql.values());
            })
        .map(rows -> rows.iterator().next().getLong(0));
  }

  private static void writeCondition(int tenantKey, Optional<Filter> filter, SqlText sql) {
    sql.add(DeviceFields.FROM).add(" WHERE d.tenant_key = ").value(tenantKey);
    filter.ifPresent(it -> it.write(DeviceFields::named, sql.add(" AND ")));
  }

  private Uni<Integer> tenantKey(TenantId tenant) {
    return pool.preparedQuery("SELECT key FROM tenant WHERE id = $1")
        .execute(Tuple.of(tenant.value()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw new Refusal.Absent("There is no tenant '%s'.".formatted(tenant))
                    .asException();
              }
              return rows.iterator().next().getInteger(0);
            });
  }

  private static Page<DeviceRepresentation> page(RowSet<Row> rows, Sort sort, int limit) {
    List<Row> found = new ArrayList<>(rows.size());
    rows.forEach(found::add);
    return Page.of(
        found,
        limit,
        row -> sort.place(row.getString("id"), row.getOffsetDateTime("place")),
        DeviceSearch::device);
  }

  private static DeviceRepresentation device(Row row) {
    return new DeviceRepresentation(
        row.getString("id"),
        row.getString("type"),
        row.getString("gateway"),
        List.of(row.getArrayOfStrings("tags")),
        row.get(JsonObject.class, "attributes").getMap(),
        row.getBoolean("enabled"),
        row.getLong("version"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant());
  }
}
