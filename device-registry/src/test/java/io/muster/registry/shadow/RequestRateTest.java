package io.muster.registry.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestRateTest {
  private static final DeviceAddress LAMP = DeviceAddress.of("acme", "lamp");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final RequestRate rate = new RequestRate(2, 5);

  private long allowed(DeviceAddress device, int requests, Instant at) {
    return IntStream.range(0, requests).filter(n -> rate.allows(device, at)).count();
  }

  @Test
  void aBurstPassesAndThenTheRate() {
    assertEquals(5, allowed(LAMP, 20, BEGIN));
    assertEquals(0, allowed(LAMP, 1, BEGIN.plusMillis(499)));
    assertEquals(1, allowed(LAMP, 5, BEGIN.plusMillis(500)));
    assertEquals(4, allowed(LAMP, 9, BEGIN.plusMillis(2_500)));
    assertEquals(5, allowed(LAMP, 9, BEGIN.plusSeconds(3_600)));
  }

  @Test
  void eachDeviceHasItsOwn() {
    assertEquals(5, allowed(LAMP, 9, BEGIN));
    assertEquals(5, allowed(DeviceAddress.of("globex", "lamp"), 9, BEGIN));
    assertEquals(5, allowed(DeviceAddress.of("acme", "other"), 9, BEGIN));
  }

  @Test
  void whatWaitedCountsByTheTimeAtWhichItCame() {
    for (int n = 0; n < 100; n++) {
      assertTrue(rate.allows(LAMP, BEGIN.plusMillis(500L * n)), "request " + n);
    }
  }

  @Test
  void aClockThatGoesBackGivesNothing() {
    assertEquals(5, allowed(LAMP, 9, BEGIN));
    assertFalse(rate.allows(LAMP, BEGIN.minusSeconds(10)));
    assertFalse(rate.allows(LAMP, BEGIN));
    assertEquals(1, allowed(LAMP, 5, BEGIN.plusMillis(500)));
  }

  @Test
  void aRequestThatIsReadAgainCostsNothingMore() {
    var slow = new RequestRate(1, 2);
    var requests = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
    for (int attempt = 0; attempt < 5; attempt++) {
      assertTrue(slow.allows(LAMP, requests.get(0), BEGIN));
      assertTrue(slow.allows(LAMP, requests.get(1), BEGIN));
      assertFalse(slow.allows(LAMP, requests.get(2), BEGIN));
    }
    assertTrue(slow.allows(LAMP, UUID.randomUUID(), BEGIN.plusSeconds(1)));
  }
}
