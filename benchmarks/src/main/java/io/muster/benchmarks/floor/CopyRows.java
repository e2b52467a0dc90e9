package io.muster.benchmarks.floor;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Readings in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"), each with a
 * time and a hash of its own. Only those two are written again for each use. Not thread-safe.
 */
final class CopyRows {
  static final String STATEMENT =
      "COPY ingest.reading (time, hash, device_key, field_set, numbers) FROM STDIN (FORMAT binary)";

  private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', -1, '\r', '\n', 0};
  private static final long MICROSECONDS_1970_TO_2000 = 946_684_800_000_000L;
  private static final int FLOAT8_OID = 701;
  private static final double[] NUMBERS = {45.1234, 1_013.1234, 21.123456};
  private static final int ARRAY_BYTES = 20 + NUMBERS.length * (4 + Double.BYTES);
  private static final int TIME_OFFSET = 2 + 4;
  private static final int HASH_OFFSET = TIME_OFFSET + 8 + 4;
  private static final int DEVICE_OFFSET = HASH_OFFSET + 16 + 4;
  private static final int ROW_BYTES = DEVICE_OFFSET + 4 + 4 + 4 + 4 + ARRAY_BYTES;

  private final SplittableRandom hashes;
  private final ByteBuffer rows;
  private final int count;

  /**
   * @param count rows in a portion
   * @param devices as many take turns
   * @param seed two of different seeds make different hashes
   */
  CopyRows(int count, int devices, long seed) {
    this.count = count;
    this.hashes = new SplittableRandom(seed);
    this.rows = ByteBuffer.allocate(count * ROW_BYTES);
    for (var i = 0; i < count; i++) {
      putRow(1 + i % devices);
    }
  }

  private void putRow(int deviceKey) {
    rows.putShort((short) 5);
    rows.putInt(8).putLong(0);
    rows.putInt(16).putLong(0).putLong(0);
    rows.putInt(4).putInt(deviceKey);
    rows.putInt(4).putInt(1);
    rows.putInt(ARRAY_BYTES)
        .putInt(1)
        .putInt(0)
        .putInt(FLOAT8_OID)
        .putInt(NUMBERS.length)
        .putInt(1);
    for (var number : NUMBERS) {
      rows.putInt(Double.BYTES).putDouble(number);
    }
  }

  /** The next portion's bytes, the same array each time. */
  byte[] next(long epochMillis) {
    var time = epochMillis * 1_000 - MICROSECONDS_1970_TO_2000;
    for (var row = 0; row < count * ROW_BYTES; row += ROW_BYTES) {
      rows.putLong(row + TIME_OFFSET, time);
      rows.putLong(row + HASH_OFFSET, hashes.nextLong());
      rows.putLong(row + HASH_OFFSET + 8, hashes.nextLong());
    }
    return rows.array();
  }

  int count() {
    return count;
  }

  /** What stands before the first row. */
  static byte[] header() {
    return ByteBuffer.allocate(SIGNATURE.length + 8).put(SIGNATURE).putInt(0).putInt(0).array();
  }

  /** What stands behind the last one. */
  static byte[] trailer() {
    return new byte[] {-1, -1};
  }
}
