package io.muster.ingest.telemetry;

import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sums up readings that come in order of time, bucket by bucket; only one bucket is held open.
 * Buckets without a reading are left out. What it holds is bounded: a page ends with the bucket
 * that makes it too large, and a bucket with too many fields is refused. Not thread-safe.
 */
final class Aggregation {
  private final Bucket bucket;
  private final Set<Aggregate> aggregates;
  private final Bounds bounds;
  private final List<ReadingItem> done = new ArrayList<>();
  private final Map<String, FieldSummary> open = new TreeMap<>();
  private Instant start;
  private long rows;
  private long bytes;
  private boolean full;

  /**
   * How much there may be.
   *
   * @param buckets in a page
   * @param rows after which the page is full with the end of the bucket
   * @param bytes of memory, about, after which it is full as well
   * @param fields in a bucket
   */
  record Bounds(int buckets, long rows, long bytes, int fields) {}

  Aggregation(Bucket bucket, Set<Aggregate> aggregates, Bounds bounds) {
    this.bucket = bucket;
    this.aggregates = aggregates;
    this.bounds = bounds;
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
        full = done.size() >= bounds.buckets || (isLarge() && !done.isEmpty());
      }
      if (full) {
        return;
      }
      rows++;
      reading
          .values()
          .forEach((name, value) -> open.computeIfAbsent(name, n -> new FieldSummary()).add(value));
      requireFewFields();
    }
  }

  private boolean isLarge() {
    return rows >= bounds.rows || bytes >= bounds.bytes;
  }

  private void requireFewFields() {
    if (open.size() > bounds.fields) {
      throw new Refusal.Meaningless(
              List.of(
                  FieldError.in(
                      "fields",
                      "must name the fields: a bucket has more than %d".formatted(bounds.fields))))
          .asException();
    }
  }

  private void close() {
    if (open.isEmpty()) {
      return;
    }
    var values = new LinkedHashMap<String, Object>();
    open.forEach(
        (name, summary) -> {
          values.put(name, summary.show(aggregates));
          bytes += name.length() + summary.shownBytes(aggregates);
        });
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
