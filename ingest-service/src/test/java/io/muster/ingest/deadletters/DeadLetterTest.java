package io.muster.ingest.deadletters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.DeadLetterReason;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private static DeadLetter letter(String contentType, Map<String, String> properties) {
    return new DeadLetter(
        new UUID(0, 1),
        DeviceAddress.of("acme", "boiler"),
        Optional.empty(),
        "telemetry/acme/boiler",
        1,
        contentType,
        properties,
        new byte[100],
        100,
        DeadLetterReason.MALFORMED,
        null,
        Instant.EPOCH);
  }

  @Test
  void isLeftAloneWhenItIsSmall() {
    var letter = letter("application/json", Map.of("content-encoding", "gzip"));
    assertSame(letter, letter.cutTo(100));
  }

  @Test
  void keepsTheFirstPropertiesThatFitAndNoMore() {
    var properties = new LinkedHashMap<String, String>();
    properties.put("content-encoding", "gzip");
    properties.put("huge", "x".repeat(60_000));
    for (int i = 0; i < 63; i++) {
      properties.put("n" + i, "x".repeat(500));
    }
    var kept = letter(null, properties).cutTo(100).userProperties();
    assertEquals("gzip", kept.get("content-encoding"));
    assertTrue(kept.values().stream().mapToInt(String::length).sum() <= 4_096);
    assertEquals("x".repeat(500), kept.get("n0"));
  }

  @Test
  void cutsAContentTypeThatIsNone() {
    assertEquals(256, letter("t".repeat(60_000), Map.of()).cutTo(100).contentType().length());
  }

  @Test
  void isCutWhenItsPayloadIsAndOnlyThen() {
    assertTrue(letter(null, Map.of()).cutTo(10).isCut());
    assertTrue(!letter("t".repeat(60_000), Map.of()).cutTo(100).isCut());
  }
}
