package io.muster.ingest.uplink;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;

/**
 * How large a batch is on its way. The log bounds its pages by payload; what a message carries
 * besides may be more than that. Stateless.
 */
final class BatchSize {
  /** Names of members, an id, numbers, a time. */
  private static final int AROUND = 300;

  private BatchSize() {}

  /** As many of the page's entries as fit, at least one. */
  static EventPage within(EventPage page, long maxBytes) {
    long bytes = 0;
    for (int i = 0; i < page.items().size(); i++) {
      bytes += of(page.items().get(i));
      if (i > 0 && bytes > maxBytes) {
        return new EventPage(
            page.items().subList(0, i), page.items().get(i - 1).sequence(), page.oldest());
      }
    }
    return page;
  }

  /** About: in JSON, Base64 where it has to be, and no character that needs more than a byte. */
  private static long of(OutboxEvent entry) {
    var correlation = entry.correlationData();
    long properties = 0;
    for (var pair : entry.userProperties().pairs()) {
      properties += pair.get(0).length() + pair.get(1).length() + 6;
    }
    return AROUND
        + base64(entry.payload().length)
        + (correlation == null ? 0 : base64(correlation.length))
        + entry.topic().length()
        + properties;
  }

  private static long base64(long bytes) {
    return (bytes + 2) / 3 * 4;
  }
}
