package io.muster.benchmarks.floor;

import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The parameters of one INSERT of ingest-service, as they are once all decoding is done. Only time
 * and hash of the rows are new at each use. Not thread-safe.
 */
final class RowBatch {
  private static final double[] NUMBERS = {45.1234, 1_013.1234, 21.123456};

  private final SplittableRandom hashes;
  private final int count;
  private final OffsetDateTime[] times;
  private final UUID[] contentHashes;
  private final Integer[] deviceKeys;
  private final Integer[] fieldSets;
  private final Double[] numbers;
  private final Integer[] firsts;
  private final Integer[] lasts;

  RowBatch(int count, int devices, long seed) {
    this.count = count;
    this.hashes = new SplittableRandom(seed);
    times = new OffsetDateTime[count];
    contentHashes = new UUID[count];
    deviceKeys = new Integer[count];
    fieldSets = new Integer[count];
    numbers = new Double[count * NUMBERS.length];
    firsts = new Integer[count];
    lasts = new Integer[count];
    Arrays.setAll(deviceKeys, i -> 1 + i % devices);
    Arrays.fill(fieldSets, 1);
    Arrays.setAll(numbers, i -> NUMBERS[i % NUMBERS.length]);
    Arrays.setAll(firsts, i -> i * NUMBERS.length + 1);
    Arrays.setAll(lasts, i -> (i + 1) * NUMBERS.length);
  }

  int count() {
    return count;
  }

  /** The next rows. */
  Tuple next(long epochMillis) {
    Arrays.fill(times, Instant.ofEpochMilli(epochMillis).atOffset(ZoneOffset.UTC));
    Arrays.setAll(contentHashes, i -> new UUID(hashes.nextLong(), hashes.nextLong()));
    return Tuple.tuple()
        .addArrayOfOffsetDateTime(times)
        .addArrayOfUUID(contentHashes)
        .addArrayOfInteger(deviceKeys)
        .addArrayOfInteger(fieldSets)
        .addArrayOfDouble(numbers)
        .addArrayOfInteger(firsts)
        .addArrayOfInteger(lasts);
  }
}
