package io.muster.ingest.packetlog;

/**
 * A server-sent event of a packet log.
 *
 * @param name null for a comment that shows that the stream is alive
 * @param data JSON
 */
record LogEvent(String name, String data) {
  static final LogEvent KEEP_ALIVE = new LogEvent(null, "");
  static final LogEvent OPEN = new LogEvent("open", "{}");

  /** Word of some entries may have been lost. */
  static final LogEvent GAP = new LogEvent("gap", "{\"reason\":\"connection-lost\"}");

  static LogEvent end(String reason) {
    return new LogEvent("end", "{\"reason\":\"" + reason + "\"}");
  }
}
