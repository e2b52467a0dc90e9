package io.muster.outbox;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Entries for tests. */
final class Entries {
  private static final EventIds IDS = new EventIds(Clock.systemUTC());

  private Entries() {}

  static OutboxEntry answer(String device, String payload) {
    return new OutboxEntry(
        IDS.next(),
        "command/acme/" + device + "/res/r1/200",
        1,
        "text/plain",
        Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        payload.getBytes(StandardCharsets.UTF_8),
        Instant.now());
  }

  static List<OutboxEntry> answers(String device, int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> answer(device, "" + n)).toList();
  }
}
