package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RequestRateTest {
  private static final Instant T0 = Instant.parse("2026-11-01T12:00:00Z");
  private static final DeviceAddress ONE = DeviceAddress.of("acme", "d1");
  private final RequestRate rate = new RequestRate(2, 3);

  @Test
  void someAtOnceAndThenSoManyASecond() {
    assertTrue(allowed(0) && allowed(0) && allowed(0));
    assertFalse(allowed(0));
    assertFalse(allowed(499));
    assertTrue(allowed(500));
    assertFalse(allowed(500));
    assertTrue(allowed(60_000) && allowed(60_000) && allowed(60_000));
    assertFalse(allowed(60_000));
  }

  @Test
  void anotherDeviceHasItsOwn() {
    assertTrue(allowed(0) && allowed(0) && allowed(0));
    assertTrue(rate.allows(UUID.randomUUID(), DeviceAddress.of("acme", "d2"), T0));
    assertTrue(rate.allows(UUID.randomUUID(), DeviceAddress.of("other", "d1"), T0));
    assertFalse(allowed(0));
  }

  @Test
  void aTimeThatGoesBackGivesNothing() {
    assertTrue(allowed(1_000) && allowed(1_000) && allowed(1_000));
    assertFalse(allowed(0));
    assertFalse(allowed(1_000));
  }

  @Test
  void aRequestThatIsTakenAgainCountsOnce() {
    var request = UUID.randomUUID();
    for (var i = 0; i < 10; i++) {
      assertTrue(rate.allows(request, ONE, T0));
    }
    assertTrue(allowed(0) && allowed(0));
    var tooMuch = UUID.randomUUID();
    assertFalse(rate.allows(tooMuch, ONE, T0));
    assertFalse(rate.allows(tooMuch, ONE, T0));
    assertTrue(rate.allows(request, ONE, T0));
  }

  @Test
  void manyDevicesAreNotKept() {
    assertTrue(allowed(0) && allowed(0) && allowed(0));
    for (var i = 0; i < 50_000; i++) {
      assertTrue(rate.allows(UUID.randomUUID(), DeviceAddress.of("other", "d" + i), T0));
    }
    assertTrue(allowed(0));
  }

  private boolean allowed(long millis) {
    return rate.allows(UUID.randomUUID(), ONE, T0.plus(Duration.ofMillis(millis)));
  }
}
