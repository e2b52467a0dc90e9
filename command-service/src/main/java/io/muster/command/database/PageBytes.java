package io.muster.command.database;

import io.muster.rest.paging.Page;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Bounds what a page of a list holds in memory, whatever its rows hold: beside the number of rows
 * also the bytes of what is long in them. Stateless.
 */
public final class PageBytes {
  /** So many, and its last row beyond that. */
  static final int MOST = 2 * 1024 * 1024;

  private PageBytes() {}

  /**
   * Bounds a query; what does not come is not read from the disk.
   *
   * @param query of one row more than the page's limit, in the descending order of its column
   *     {@code key}; in the column {@code bytes} each row says how long it is
   */
  public static String bounded(CharSequence query) {
    // Up to the first row that is too much: that tells that there is more.
    return """
    SELECT * FROM (
      SELECT item.*,
             coalesce(sum(bytes) OVER (ORDER BY key DESC ROWS BETWEEN UNBOUNDED PRECEDING
                                                              AND 2 PRECEDING), 0) AS before
        FROM (%s) AS item) AS page
     WHERE before < %d ORDER BY key DESC\
    """
        .formatted(query, MOST);
  }

  /**
   * Cuts a page out of what such a query has found.
   *
   * @param limit of the page
   */
  public static <T> Page<T> page(
      RowSet<Row> rows, int limit, Function<Row, String> id, Function<Row, T> item) {
    List<Row> found = new ArrayList<>(rows.size());
    var fitting = 0;
    var bytes = 0L;
    for (var row : rows) {
      found.add(row);
      if (bytes < MOST && fitting < limit) {
        fitting++;
        bytes += row.getLong("bytes");
      }
    }
    return Page.of(found, Math.max(1, fitting), id, item);
  }
}
