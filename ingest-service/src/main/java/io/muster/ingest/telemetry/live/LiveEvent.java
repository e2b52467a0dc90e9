package io.muster.ingest.telemetry.live;

/**
 * A server-sent event.
 *
 * @param name {@code open}, {@code reading}, {@code gap} or {@code end}; null for a comment that
 *     only keeps the connection alive
 * @param data JSON
 */
record LiveEvent(String name, String data) {
  private static final int OBJECT_BYTES = 100;

  static final LiveEvent OPEN = new LiveEvent("open", "{}");
  static final LiveEvent KEEP_ALIVE = new LiveEvent(null, "");
  static final LiveEvent CONNECTION_LOST = new LiveEvent("gap", "{\"reason\":\"connection-lost\"}");

  static LiveEvent skipped(long count) {
    return new LiveEvent("gap", "{\"reason\":\"too-much\",\"skipped\":" + count + "}");
  }

  static LiveEvent end(String reason) {
    return new LiveEvent("end", "{\"reason\":\"" + reason + "\"}");
  }

  /** About what it takes in memory. */
  int bytes() {
    return OBJECT_BYTES + 2 * data.length();
  }
}
