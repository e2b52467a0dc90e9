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
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
    var begin = sort.at(cursor);
    return conditions
        .of(tenant, filter)
        .chain(
            condition ->
                rows(new DeviceQuery(condition, begin, cursor, limit + 1))
                    .chain(found -> filledUp(found, condition, begin, limit + 1)))
        .map(found -> page(found, sort, limit));
  }

  /** With the beginning of what comes when the order's own devices have ended. */
  private Uni<List<Row>> filledUp(List<Row> found, DeviceCondition condition, Sort sort, int rows) {
    var left = rows - found.size();
    return sort.rest()
        .filter(_ -> left > 0)
        .map(rest -> rows(new DeviceQuery(condition, rest, Cursor.read(null), left)))
        .map(more -> more.map(rest -> Stream.concat(found.stream(), rest.stream()).toList()))
        .orElseGet(() -> Uni.createFrom().item(found));
  }

  private Uni<List<Row>> rows(DeviceQuery query) {
    var sql = query.sql();
    return pool.preparedQuery(sql.text())
        .execute(sql.values())
        .map(
            rows -> {
              List<Row> found = new ArrayList<>(rows.size());
              rows.forEach(found::add);
              return found;
            });
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

  private static Page<DeviceRepresentation> page(List<Row> found, Sort sort, int limit) {
    return Page.of(
        found,
        limit,
        row -> sort.place(row.getString("id"), row.getValue("place")),
        DeviceRepresentation::of);
  }
}
