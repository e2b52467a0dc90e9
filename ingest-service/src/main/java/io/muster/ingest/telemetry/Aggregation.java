package io.muster.ingest.telemetry;

import io.muster.ingest.paging.Page;
import io.muster.ingest.paging.TimeCursor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sums up readings that come in order of time, bucket by bucket; only one bucket is held open.
 * Buckets without a reading are left out. Not thread-safe.
 */
final class Aggregation {
  private final Bucket bucket;
  private final Set<Aggregate> aggregates;
  private final int limit;
  private final long mostRows;
  private final List<ReadingItem> done = new ArrayList<>();
  private final Map<String, FieldSummary> open = new TreeMap<>();
  private Instant start;
  private long rows;
  private boolean full;

  /**
   * @param limit how many buckets there may be
   * @param mostRows after how many rows it is full with the end of the bucket
   */
  Aggregation(Bucket bucket, Set<Aggregate> aggregates, int limit, long mostRows) {
    this.bucket = bucket;
    this.aggregates = aggregates;
    this.limit = limit;
    this.mostRows = mostRows;
  }

  /** Whether the page is full, so that the rest belongs to the next one. */
  boolean isFull() {
    return full;
  }

  void add(List<StoredReading> readings) {
    for (var reading : readings) {
      var itsStart = bucket.startOf(reading.time());
      if (!itsStart.equals(start)) {
        close();
        start = itsStart;
        full = done.size() >= limit || (rows >= mostRows && !done.isEmpty());
      }
      if (full) {
        return;
      }
      rows++;
      reading
          .values()
          .forEach((name, value) -> open.computeIfAbsent(name, n -> new FieldSummary()).add(value));
    }
  }

  private void close() {
    if (open.isEmpty()) {
      return;
    }
    var values = new LinkedHashMap<String, Object>();
    open.forEach((name, summary) -> values.put(name, summary.show(aggregates)));
    done.add(new ReadingItem(start, values));
    open.clear();
  }

  /** What was summed up, and where to go on when there is more. */
  Page<ReadingItem> page() {
    if (full) {
      return new Page<>(done, TimeCursor.before(start).text());
    }
    close();
    return new Page<>(done, null);
  }
}
