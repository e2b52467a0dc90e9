package io.muster.contract.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboxEventTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource({"PT1M,60", "PT1.001S,2", "PT0.5S,1", "PT0S,1", "PT-5S,1"})
  void whatIsLeftIsRoundedUpAndNeverNothing(Duration left, long seconds) {
    assertEquals(Duration.ofSeconds(seconds), expiringAt(NOON.plus(left)).left(NOON));
  }

  @Test
  void withoutAnEndItIsOfUseForEver() {
    assertNull(expiringAt(null).left(NOON));
  }

  private static OutboxEvent expiringAt(Instant end) {
    return new OutboxEvent(
        1,
        UUID.randomUUID(),
        "command/acme/pump-1",
        1,
        null,
        UserProperties.NONE,
        new byte[0],
        NOON,
        new CarriedProperties(null, null, end));
  }
}
