package io.muster.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadResultTest {

  @Test
  void mergesTheLatenciesAndCountsOfAllEventLoops() {
    var fast = tallyOf(90, 0x00, 1_000_000, 2_000_000_000L);
    var slow = tallyOf(10, 0x10, 50_000_000, 4_000_000_000L);

    var merged = LoadResult.merged(List.of(fast.result(0, 0), slow.result(0, 0)));

    assertEquals(100, merged.sent());
    assertEquals(Map.of(0x00, 90L, 0x10, 10L), merged.acks().byReason());
    assertEquals(1.0, merged.milliseconds(50), 0.01);
    assertEquals(50.0, merged.milliseconds(99), 0.1);
    assertEquals(4_000, merged.elapsed().toMillis());
    assertEquals(25.0, merged.acknowledgedPerSecond());
    assertTrue(merged.isComplete());
  }

  @Test
  void mergingLeavesThePartsAsTheyWere() {
    var part = tallyOf(3, 0, 1_000_000, 1).result(0, 0);

    LoadResult.merged(List.of(part, part));

    assertEquals(3, part.microseconds().getTotalCount());
    assertEquals(3, part.acks().all());
  }

  @Test
  void aRefusedMessageIsNoSuccess() {
    var result = tallyOf(5, 0x97, 1_000_000, 1_000_000_000L).result(0, 0);

    assertEquals(0, result.acks().successes());
    assertEquals(5, result.acks().all());
    assertEquals(0.0, result.acknowledgedPerSecond());
    assertFalse(result.isComplete());
  }

  @Test
  void aMissingAcknowledgementMakesItIncomplete() {
    assertFalse(tallyOf(5, 0, 1_000_000, 1_000_000_000L).result(0, 1).isComplete());
  }

  private static Tally tallyOf(int messages, int reason, long latencyNanos, long lastAckNanos) {
    var tally = new Tally(0);
    tally.sent(messages);
    for (var i = 0; i < messages; i++) {
      tally.acknowledged(reason, latencyNanos);
    }
    tally.readComplete(lastAckNanos);
    return tally;
  }
}
