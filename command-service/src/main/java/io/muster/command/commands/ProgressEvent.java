package io.muster.command.commands;

/**
 * A server-sent event about a command.
 *
 * @param name {@code state} or {@code end}; null for a comment that only keeps the connection alive
 * @param data JSON
 */
record ProgressEvent(String name, String data) {
  static final ProgressEvent KEEP_ALIVE = new ProgressEvent(null, "");

  static ProgressEvent state(String command) {
    return new ProgressEvent("state", command);
  }

  static ProgressEvent end(String reason) {
    return new ProgressEvent("end", "{\"reason\":\"" + reason + "\"}");
  }

  boolean isEnd() {
    return "end".equals(name);
  }
}
