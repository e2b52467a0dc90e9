package io.muster.benchmarks.load;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** How many PUBACKs came with each reason code. Not thread-safe. */
public final class AckCounts {
  private static final int FIRST_FAILURE = 0x80;

  private final long[] byReason = new long[256];

  void count(int reason) {
    byReason[reason]++;
  }

  void add(AckCounts other) {
    Arrays.setAll(byReason, reason -> byReason[reason] + other.byReason[reason]);
  }

  /** Those by which the server took the message over: reason codes below 0x80. */
  public long successes() {
    return Arrays.stream(byReason, 0, FIRST_FAILURE).sum();
  }

  public long all() {
    return Arrays.stream(byReason).sum();
  }

  /** The counts that are not zero, by reason code, ascending. */
  public Map<Integer, Long> byReason() {
    var counts = new LinkedHashMap<Integer, Long>();
    for (var reason = 0; reason < byReason.length; reason++) {
      if (byReason[reason] > 0) {
        counts.put(reason, byReason[reason]);
      }
    }
    return counts;
  }
}
