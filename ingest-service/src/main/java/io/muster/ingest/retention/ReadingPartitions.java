package io.muster.ingest.retention;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The partitions of the table {@code reading}, as far as they were met. Thread-safe. */
public final class ReadingPartitions {
  private static final String ENSURE =
      "SELECT range_starts, range_ends FROM ensure_reading_partition($1, $2)";

  private final Clock clock;
  private final Duration dailyFor;
  private final NavigableMap<Instant, Instant> endByStart = new ConcurrentSkipListMap<>();

  public ReadingPartitions(Clock clock, Duration dailyFor) {
    this.clock = clock;
    this.dailyFor = dailyFor;
  }

  /** Whether there is a partition for the time, as far as is known. */
  public boolean covers(Instant time) {
    var range = endByStart.floorEntry(time);
    return range != null && time.isBefore(range.getValue());
  }

  /** Makes the partitions that are missing for these times, each in a transaction of its own. */
  public Future<Void> ensure(SqlClient connection, Collection<Instant> times) {
    return OneByOne.each(
        List.copyOf(times).iterator(),
        time -> covers(time) ? Future.succeededFuture() : make(connection, time));
  }

  private Future<Void> make(SqlClient connection, Instant time) {
    var recentSince = clock.instant().minus(dailyFor);
    return connection
        .preparedQuery(ENSURE)
        .execute(Tuple.of(time.atOffset(ZoneOffset.UTC), recentSince.atOffset(ZoneOffset.UTC)))
        .map(
            rows -> {
              var row = rows.iterator().next();
              endByStart.put(
                  row.getOffsetDateTime(0).toInstant(), row.getOffsetDateTime(1).toInstant());
              return null;
            });
  }

  /** Forgets all: one was dropped elsewhere, or it may be another database. */
  public void forget() {
    endByStart.clear();
  }
}
