package io.muster.registry.bulk;

import java.util.List;

/**
 * Rows that are written in one transaction. The same request gives the same batches each time.
 *
 * @param number the first is 1
 * @param rows in their order; none only when the request has none
 * @param digest of all of the request up to its end
 * @param last whether nothing comes after it
 */
record Batch(int number, List<RowDemand> rows, byte[] digest, boolean last) {
  Batch {
    rows = List.copyOf(rows);
  }

  /** Where it ends: the line at which its last row begins. */
  long lastLine() {
    return rows.isEmpty() ? 0 : rows.getLast().line();
  }
}
