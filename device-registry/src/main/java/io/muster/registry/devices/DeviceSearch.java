package io.muster.registry.devices;

import io.muster.contract.id.TenantId;
import io.muster.registry.search.Filter;
import io.muster.registry.search.Sort;
import io.muster.registry.search.SqlText;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds devices by a filter. Past Hibernate: the conditions are written as SQL that uses the
 * indexes for jsonb and arrays. Thread-safe.
 */
@ApplicationScoped
public class DeviceSearch {
  private final Pool pool;
  private final DeviceConditions conditions;

  DeviceSearch(Pool pool, DeviceConditions conditions) {
    this.pool = pool;
    this.conditions = conditions;
  }

  /**
   * A page of what fits.
   *
   * @param filter empty: all
   */
  public Uni<Page<DeviceRepresentation>> find(
      TenantId tenant, Optional<Filter> filter, Sort sort, Cursor cursor, int limit) {
    return conditions
        .of(tenant, filter)
        .chain(
            condition -> {
              var sql = new DeviceQuery(condition, sort, cursor, limit + 1).sql();
              return pool.preparedQuery(sql.text()).execute(sql.values());
            })
        .map(rows -> page(rows, sort, limit));
  }

  /** How many fit. */
  public Uni<Long> count(TenantId tenant, Optional<Filter> filter) {
    return conditions
        .of(tenant, filter)
        .chain(
            condition -> {
              var sql = new SqlText().add("SELECT count(*)");
              condition.write(sql);
              return pool.preparedQuery(sql.text()).execute(sql.values());
            })
        .map(rows -> rows.iterator().next().getLong(0));
  }

  private static Page<DeviceRepresentation> page(RowSet<Row> rows, Sort sort, int limit) {
    List<Row> found = new ArrayList<>(rows.size());
    rows.forEach(found::add);
    return Page.of(
        found,
        limit,
        row -> sort.place(row.getString("id"), row.getOffsetDateTime("place")),
        DeviceRepresentation::of);
  }
}
