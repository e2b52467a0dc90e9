package io.muster.ingest.uplink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.UplinkBatch;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A batch is bounded by what goes over the link, not by payloads alone. */
class BatchSizeTest {

  private static EventPage page(int entries, int payloadBytes, int propertyCharacters) {
    var items =
        LongStream.rangeClosed(1, entries)
            .mapToObj(
                n ->
                    new OutboxEvent(
                        n,
                        UUID.randomUUID(),
                        "presence/acme/d1",
                        1,
                        "text/plain",
                        Map.of("p", "x".repeat(propertyCharacters)),
                        new byte[payloadBytes],
                        Instant.now()))
            .toList();
    return new EventPage(items, entries, 1);
  }

  private static int bytes(List<OutboxEvent> entries) throws JsonProcessingException {
    var batch = new UplinkBatch(UUID.randomUUID(), 0, UUID.randomUUID(), null, entries);
    return ContractJson.mapper().writeValueAsBytes(batch).length;
  }

  @Test
  void whatFitsGoesAsItIs() {
    var page = page(10, 100, 10);
    assertSame(page, BatchSize.within(page, 100_000));
  }

  @Test
  void largePropertiesCountLikeLargePayloads() throws JsonProcessingException {
    for (var page : List.of(page(100, 20_000, 1), page(100, 1, 30_000))) {
      var some = BatchSize.within(page, 200_000);
      assertTrue(bytes(some.items()) < 210_000);
      assertTrue(bytes(some.items()) > 140_000);
      assertEquals(some.items().getLast().sequence(), some.next());
      assertEquals(1, some.oldest());
    }
  }

  @Test
  void oneThatIsLargerGoesAlone() {
    var some = BatchSize.within(page(3, 50_000, 1), 10_000);
    assertEquals(1, some.items().size());
    assertEquals(1, some.next());
  }
}
