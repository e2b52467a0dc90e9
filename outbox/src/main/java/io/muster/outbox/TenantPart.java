package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/**
 * Something that a service keeps of tenants, and how some of a tenant's is removed.
 *
 * @param table where it is
 * @param sql a statement that removes at most {@code $2} rows of the tenant {@code $1}
 * @param tells whether the statement gives in its only row how many it removed; else it is how many
 *     rows it changed
 */
public record TenantPart(String table, String sql, boolean tells) {

  // By the rows' places: no key has to be looked for a second time. Who changes one meanwhile moves
  // it, so that it is found by the next statement.
  private static final String DELETE = "DELETE FROM %s WHERE ctid = ANY (ARRAY(%s LIMIT $2))";

  /** A table with a column {@code tenant}. */
  public static TenantPart of(String table) {
    return of(table, "SELECT ctid FROM " + table + " WHERE tenant = $1");
  }

  /**
   * A table whose rows are a tenant's by something else.
   *
   * @param places a query for the {@code ctid}s of the table's rows that are the tenant's ({@code
   *     $1}), that a {@code LIMIT} may follow
   */
  public static TenantPart of(String table, String places) {
    return new TenantPart(table, DELETE.formatted(table, places), false);
  }

  /**
   * What takes more than one statement's deletion.
   *
   * @param sql gives in its only row how many it removed
   */
  public static TenantPart telling(String table, String sql) {
    return new TenantPart(table, sql, true);
  }

  /** Removes some in the transaction, and says how many; less than {@code most}: all are gone. */
  Uni<Integer> removeSome(SqlConnection transaction, String tenant, int most) {
    return transaction
        .preparedQuery(sql)
        .execute(Tuple.of(tenant, most))
        .map(rows -> tells ? rows.iterator().next().getInteger(0) : rows.rowCount());
  }
}
