package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.paging.TimeCursor;
import java.time.Instant;
import java.util.SortedMap;
import java.util.UUID;

/**
 * A reading as it is stored.
 *
 * @param time when, in microseconds
 * @param hash tells it apart from others of that time
 * @param values by name, sorted
 */
record StoredReading(Instant time, UUID hash, SortedMap<String, ReadingValue> values) {

  TimeCursor cursor() {
    return new TimeCursor(time, hash);
  }
}
