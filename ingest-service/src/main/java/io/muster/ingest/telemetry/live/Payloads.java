package io.muster.ingest.telemetry.live;

import io.muster.ingest.notifications.Notifications;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Texts joined to JSON arrays that fit into a notification. Not thread-safe. */
final class Payloads {
  private final int most;
  private final List<String> full = new ArrayList<>();
  private StringBuilder open = new StringBuilder("[");
  private int bytes = 2;

  Payloads(int most) {
    this.most = most;
  }

  static boolean fits(String text) {
    return text.length() <= Notifications.MOST_BYTES / 3
        || text.getBytes(StandardCharsets.UTF_8).length + 2 <= Notifications.MOST_BYTES;
  }

  boolean isFull() {
    return full.size() >= most;
  }

  void add(String text) {
    var more = text.getBytes(StandardCharsets.UTF_8).length + 1;
    if (bytes + more > Notifications.MOST_BYTES) {
      close();
    }
    if (open.length() > 1) {
      open.append(',');
    }
    open.append(text);
    bytes += more;
  }

  private void close() {
    full.add(open.append(']').toString());
    open = new StringBuilder("[");
    bytes = 2;
  }

  List<String> finished() {
    if (open.length() > 1) {
      close();
    }
    return full;
  }
}
