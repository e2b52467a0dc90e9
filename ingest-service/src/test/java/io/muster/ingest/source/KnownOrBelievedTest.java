package io.muster.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KnownOrBelievedTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private final AtomicLong now = new AtomicLong(5);
  private final AtomicInteger asked = new AtomicInteger();
  private Uni<Boolean> answer = Uni.createFrom().item(false);
  private final KnownOrBelieved devices =
      new KnownOrBelieved(
          device -> {
            asked.incrementAndGet();
            return answer;
          },
          Duration.ofSeconds(5),
          now::get);

  @Test
  void theRegistrysWordCounts() {
    assertFalse(ask());
    answer = Uni.createFrom().item(true);
    assertTrue(ask());
  }

  @Test
  void withTheRegistryAwayADeviceIsBelievedAndTheRegistryLeftAlone() {
    answer = Uni.createFrom().failure(new IllegalStateException("away"));
    for (int n = 0; n < 100; n++) {
      assertTrue(ask());
    }
    assertEquals(1, asked.get());
    now.addAndGet(Duration.ofSeconds(5).toNanos());
    answer = Uni.createFrom().item(false);
    assertFalse(ask());
  }

  private boolean ask() {
    return devices.test(DEVICE).await().indefinitely();
  }
}
