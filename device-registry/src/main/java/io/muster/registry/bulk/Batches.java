package io.muster.registry.bulk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.function.Function;

/** Cuts rows into batches, by their number and size alone. For one thread; waits for the client. */
final class Batches {
  private final RowSource rows;
  private final int maxRows;
  private final int maxBytes;
  private final Function<Row, RowDemand> reading;
  private int number;
  private Row waiting;

  /**
   * @param reading of a row, once for each: a transaction that is repeated does not read again
   */
  Batches(RowSource rows, int maxRows, int maxBytes, Function<Row, RowDemand> reading) {
    this.rows = rows;
    this.reading = reading;
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
  }

  /**
   * The next batch. Not to be called after the last one.
   *
   * @throws IOException when the client is gone; what was read for this batch counts for nothing
   */
  Batch next() throws IOException {
    var found = new ArrayList<RowDemand>();
    long bytes = 0;
    for (var row = take(); row != null; row = rows.next()) {
      bytes += row.bytes();
      if (!found.isEmpty() && (found.size() == maxRows || bytes > maxBytes)) {
        waiting = row;
        return new Batch(++number, found, rows.digest(), false);
      }
      found.add(reading.apply(row));
    }
    return new Batch(++number, found, rows.digest(), true);
  }

  private Row take() throws IOException {
    var row = waiting;
    waiting = null;
    return row == null ? rows.next() : row;
  }
}
