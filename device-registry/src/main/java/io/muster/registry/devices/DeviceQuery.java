package io.muster.registry.devices;

import io.muster.registry.search.Sort;
import io.muster.registry.search.SqlText;
import io.muster.rest.paging.Cursor;

/**
 * A page of a search, as a statement of SQL. Immutable.
 *
 * @param condition which devices
 * @param sort in which order
 * @param cursor from where on
 * @param rows how many at most
 */
record DeviceQuery(DeviceCondition condition, Sort sort, Cursor cursor, int rows) {

  /** With {@link DeviceRepresentation#COLUMNS}, and {@code place} for the next cursor. */
  SqlText sql() {
    var sql =
        new SqlText()
            .add("SELECT ")
            .add(DeviceRepresentation.COLUMNS)
            .add(", ")
            .add(sort.column())
            .add(" AS place");
    condition.write(sql);
    sort.writeAfter(cursor, sql);
    sort.writeOrder(sql);
    return sql.add(" LIMIT ").value(rows);
  }
}
