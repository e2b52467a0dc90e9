package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import org.junit.jupiter.api.Test;

/** Which large packets may gather, with 300 bytes for them. */
class GatheringTest {
  private SimpleMeterRegistry meters;
  private Quotas quotas = quotas();

  private Quotas quotas(String... settings) {
    meters = new SimpleMeterRegistry();
    return new Quotas(LimitSettings.limits(settings), 900, 100, meters, 0);
  }

  private DeviceUse device(String tenant, String name) {
    return quotas.enter(
        DeviceAddress.of(tenant, name), new DeviceLimits(1_000, 1_000), false, System.nanoTime());
  }

  private static Limit announce(DeviceUse device, long bytes) {
    var limit = device.gathering().full(0);
    if (limit == null) {
      device.gathering().began(bytes);
    }
    return limit;
  }

  private double gathering() {
    return meters.get("muster.endpoint.gathering.bytes").gauge().value();
  }

  @Test
  void aDeviceHasSeveralWhileThereIsPlenty() {
    var noisy = device("acme", "noisy");
    assertNull(announce(noisy, 50));
    assertNull(announce(noisy, 50));
    assertNull(announce(noisy, 50));
    assertEquals(Limit.TOTAL_GATHERING, announce(noisy, 50));
    assertEquals(150, gathering());
    noisy.gathering().ended(50);
    assertNull(announce(noisy, 50));
  }

  @Test
  void oneOfEachDeviceMayWhateverItsSiblingsHave() {
    var noisy = device("acme", "noisy");
    announce(noisy, 150);
    var quiet = device("acme", "quiet");
    assertNull(announce(quiet, 50));
    assertEquals(Limit.TOTAL_GATHERING, announce(quiet, 50));
  }

  @Test
  void aTenantHasNoMoreThanItsShare() {
    for (int i = 0; i < 3; i++) {
      assertNull(announce(device("acme", "noisy-" + i), 100));
    }
    assertEquals(Limit.TOTAL_GATHERING, announce(device("acme", "quiet"), 1));
    var other = device("globex", "a");
    assertNull(announce(other, 140));
    assertNull(announce(device("globex", "b"), 10), "a half of it is its share");
    assertEquals(Limit.TOTAL_GATHERING, announce(device("globex", "c"), 10));
    assertNull(announce(device("initech", "a"), 1));
  }

  @Test
  void onePacketMayBeLargerThanAllThatMayGather() {
    var use = device("acme", "a");
    assertNull(announce(use, 200));
    assertNull(use.gathering().full(200), "the packet that is there may get more");
    use.gathering().ended(200);
    use.gathering().began(500);
    assertNull(use.gathering().full(500));
    assertEquals(Limit.TOTAL_GATHERING, announce(device("acme", "b"), 1));
  }

  @Test
  void whatGathersCountsLikeWhatIsOnItsWayToTheStore() {
    quotas = quotas("device.in-flight-bytes", "100");
    var use = device("acme", "a");
    assertNull(announce(use, 100));
    assertEquals(Limit.DEVICE_IN_FLIGHT, use.full());
    assertEquals(Limit.DEVICE_IN_FLIGHT, announce(use, 1));
    use.gathering().ended(100);
    assertNull(use.full());
    use.add(100);
    assertNull(announce(use, 50), "one packet may always");
    assertEquals(Limit.DEVICE_IN_FLIGHT, announce(use, 1));
  }
}
