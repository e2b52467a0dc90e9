package io.muster.rest.sessions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionRetellingTest {
  private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
  private static final SessionPage LAST =
      new SessionPage(
          List.of(
              new ConnectedSession(DeviceAddress.of("acme", "d1"), "acme:d1", 1, NOW, List.of())),
          null);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SessionRetelling retelling =
      new SessionRetelling("test.retold", "test.gap", Clock.fixed(NOW, ZoneOffset.UTC), meters);

  @Test
  void theGapLastsUntilTheLastPageCounted() {
    retelling.gapSince(NOW.minusSeconds(5));
    retelling.committed(false, LAST);
    assertEquals(5, gap());
    retelling.committed(true, new SessionPage(LAST.items(), "acme:d1"));
    assertEquals(5, gap());
    retelling.committed(true, LAST);
    assertEquals(0, gap());
    assertEquals(2, meters.get("test.retold").counter().count());
  }

  private double gap() {
    return meters.get("test.gap").gauge().value();
  }
}
