package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import org.junit.jupiter.api.Test;

/** What devices and tenants use, and for how long it is remembered. */
class QuotasTest {
  private static final DeviceLimits TEN = new DeviceLimits(10, 1_000);
  private static final long SECOND = 1_000_000_000L;
  private static final long BEGIN = Long.MAX_VALUE - SECOND; // nanoTime may wrap around
  private static final int MEMORY = 1_000;

  private Quotas quotas = quotas(100);

  private static Quotas quotas(int mostIdle, String... settings) {
    return new Quotas(
        LimitSettings.limits(settings), MEMORY, mostIdle, new SimpleMeterRegistry(), BEGIN);
  }

  private DeviceUse enter(String tenant, String device) {
    return quotas.enter(DeviceAddress.of(tenant, device), TEN, false, BEGIN);
  }

  private static long charge(DeviceUse use, int messages, int bytes, long now) {
    long wait = 0;
    for (int i = 0; i < messages; i++) {
      wait = use.rate().charge(bytes, now);
    }
    return wait;
  }

  @Test
  void theConnectionsOfADeviceShareItsRate() {
    assertSame(enter("acme", "a"), enter("acme", "a"));
    assertNotSame(enter("acme", "a"), enter("globex", "a"));
  }

  @Test
  void slowsADeviceDownBeyondItsMessages() {
    var use = enter("acme", "a");
    assertEquals(0, charge(use, 100, 1, BEGIN));
    assertEquals(SECOND / 10, charge(use, 1, 1, BEGIN));
  }

  @Test
  void slowsADeviceDownBeyondItsBytes() {
    quotas = quotas(100, "device.bytes-per-second", "1000");
    var use = enter("acme", "a");
    assertEquals(0, charge(use, 1, 10_000, BEGIN));
    assertEquals(SECOND / 2, charge(use, 1, 500, BEGIN));
  }

  @Test
  void otherLimitsOfATenantHoldForItsDevicesThatAreThere() {
    var use = enter("acme", "a");
    var other = enter("globex", "a");
    quotas.limit(new TenantId("acme"), new DeviceLimits(1, 5), BEGIN);
    assertEquals(5, use.payloadLimitBytes());
    assertEquals(SECOND, charge(use, 11, 1, BEGIN));
    assertEquals(TEN.payloadBytes(), other.payloadLimitBytes());
    assertEquals(0, charge(other, 100, 1, BEGIN));
  }

  @Test
  void connectingAnewIsNoWayAroundTheRate() {
    var use = enter("acme", "a");
    charge(use, 101, 1, BEGIN);
    quotas.leave(use, BEGIN);
    assertSame(use, enter("acme", "a"));
  }

  @Test
  void aDeviceThatWentAndCameBackTooOftenWaits() {
    quotas = quotas(100, "device.connects-per-second", "2");
    for (int i = 0; i < 20; i++) {
      var use = enter("acme", "a");
      assertTrue(use.mayConnect(BEGIN));
      quotas.leave(use, BEGIN);
    }
    var use = enter("acme", "a");
    assertFalse(use.mayConnect(BEGIN));
    assertFalse(use.mayConnect(BEGIN + SECOND / 2 - 1), "what was refused does not count");
    assertTrue(use.mayConnect(BEGIN + SECOND / 2));
    assertTrue(enter("acme", "b").mayConnect(BEGIN));
    quotas.leave(use, BEGIN);
    quotas.forgetRecovered(BEGIN + 11 * SECOND);
    assertEquals(1, quotas.devices());
  }

  @Test
  void withoutALimitADeviceConnectsAsOftenAsItLikes() {
    quotas = quotas(100, "device.connects-per-second", "0");
    var use = enter("acme", "a");
    for (int i = 0; i < 1_000; i++) {
      assertTrue(use.mayConnect(BEGIN));
    }
  }

  @Test
  void newLimitsMakeANewRate() {
    var use = enter("acme", "a");
    assertTrue(charge(use, 101, 1, BEGIN) > 0);
    quotas.enter(use.device(), new DeviceLimits(20, 1_000), false, BEGIN);
    assertEquals(0, charge(use, 1, 1, BEGIN));
  }

  @Test
  void whatWasRefusedDoesNotCount() {
    var use = enter("acme", "a");
    var wait = charge(use, 101, 1, BEGIN);
    assertEquals(0, use.rate().refuse(1, BEGIN));
    assertEquals(wait, charge(use, 1, 1, BEGIN));
  }

  @Test
  void refusesNoMoreOftenThanItWouldTakeIn() {
    var use = enter("acme", "a");
    for (int i = 0; i < 10; i++) {
      assertEquals(0, use.rate().refuse(1, BEGIN));
    }
    assertEquals(SECOND / 10, use.rate().refuse(1, BEGIN));
  }

  @Test
  void forgetsADeviceThatHasGoneOnceItHasRecovered() {
    var use = enter("acme", "a");
    charge(use, 50, 1, BEGIN);
    quotas.leave(use, BEGIN);
    quotas.forgetRecovered(BEGIN + 2 * SECOND);
    assertEquals(1, quotas.devices());
    quotas.forgetRecovered(BEGIN + 6 * SECOND);
    assertEquals(0, quotas.devices());
    assertEquals(0, quotas.tenants());
  }

  @Test
  void forgetsAtOnceADeviceThatUsedNothing() {
    quotas.leave(enter("acme", "a"), BEGIN);
    assertEquals(0, quotas.devices());
  }

  @Test
  void remembersADeviceWhileItsMessagesAreOnTheirWay() {
    var use = enter("acme", "a");
    use.add(10);
    quotas.leave(use, BEGIN);
    quotas.forgetRecovered(BEGIN + 100 * SECOND);
    assertSame(use, enter("acme", "a"));
    use.release(1, 10);
    quotas.leave(use, BEGIN);
    assertEquals(0, quotas.devices());
  }

  @Test
  void forgivesRatherThanRememberTooMany() {
    quotas = quotas(5);
    for (int i = 0; i < 100; i++) {
      var use = enter("acme", "a" + i);
      charge(use, 50, 1, BEGIN);
      quotas.leave(use, BEGIN);
    }
    assertEquals(5, quotas.devices());
    quotas.forgetRecovered(BEGIN + 10 * SECOND);
    assertEquals(0, quotas.devices());
    assertEquals(0, quotas.tenants());
  }

  @Test
  void aTenantHasNoMoreConnectionsThanItMay() {
    quotas = quotas(100, "tenant.connections", "2");
    var first = enter("acme", "a");
    assertNotNull(enter("acme", "b"));
    assertNull(enter("acme", "c"));
    assertNotNull(enter("globex", "a"));
    quotas.leave(first, BEGIN);
    assertNotNull(enter("acme", "c"));
  }

  @Test
  void aConnectionThatReplacesAnotherAlwaysHasAPlace() {
    quotas = quotas(100, "tenant.connections", "1");
    var use = enter("acme", "a");
    assertSame(use, quotas.enter(use.device(), TEN, true, BEGIN));
    quotas.leave(use, BEGIN);
    assertNull(enter("acme", "b"));
  }

  @Test
  void aDeviceHoldsNoMoreMessagesThanItMay() {
    quotas = quotas(100, "device.in-flight-messages", "4");
    var use = enter("acme", "a");
    for (int i = 0; i < 3; i++) {
      use.add(1);
    }
    assertNull(use.full());
    use.add(1);
    assertEquals(Limit.DEVICE_IN_FLIGHT, use.full());
    assertFalse(use.hasRoomAgain());
    use.release(2, 2);
    assertTrue(use.hasRoomAgain());
  }

  @Test
  void aDeviceHoldsNoMoreBytesThanItMay() {
    quotas = quotas(100, "device.in-flight-bytes", "100");
    var use = enter("acme", "a");
    use.add(100);
    assertEquals(Limit.DEVICE_IN_FLIGHT, use.full());
  }

  @Test
  void aDeviceThatIsAloneMayHoldAllThatItsTenantMay() {
    quotas = quotas(100, "tenant.in-flight-bytes", "100");
    var use = enter("acme", "a");
    use.add(99);
    assertNull(use.full());
    use.add(1);
    assertEquals(Limit.TENANT_IN_FLIGHT, use.full());
  }

  @Test
  void aDeviceThatHoldsMoreThanItsShareMakesRoomForItsSiblings() {
    quotas = quotas(100, "tenant.in-flight-messages", "100");
    var noisy = enter("acme", "noisy");
    var quiet = enter("acme", "quiet");
    for (int i = 0; i < 60; i++) {
      noisy.add(1);
    }
    assertNull(noisy.full());
    quiet.add(1);
    assertEquals(Limit.TENANT_IN_FLIGHT, noisy.full());
    assertNull(quiet.full());
    assertNull(enter("globex", "a").full());
    quiet.release(1, 1);
    assertTrue(noisy.hasRoomAgain());
  }

  @Test
  void aTenantThatHoldsMoreThanItsShareMakesRoomForOthers() {
    quotas = quotas(100, "tenant.in-flight-bytes", "0");
    var noisy = enter("acme", "noisy");
    var quiet = enter("acme", "quiet");
    var other = enter("globex", "a");
    noisy.add(600);
    quiet.add(10);
    assertNull(noisy.full());
    other.add(100);
    assertEquals(Limit.TOTAL_IN_FLIGHT, noisy.full());
    assertNull(quiet.full());
    assertNull(other.full());
  }

  @Test
  void boundsTheSubscriptionsOfConnectionDeviceTenantAndAll() {
    quotas =
        quotas(
            100,
            "device.subscriptions",
            "3",
            "tenant.subscriptions",
            "4",
            "total.subscriptions",
            "5");
    var one = new SubscriptionQuota(enter("acme", "a"), 2);
    var two = new SubscriptionQuota(enter("acme", "a"), 2);
    assertTrue(one.reserve(1) && one.reserve(1));
    assertFalse(one.reserve(1), "of the connection");
    assertTrue(two.reserve(1));
    assertFalse(two.reserve(1), "of the device");
    var sibling = new SubscriptionQuota(enter("acme", "b"), 2);
    assertTrue(sibling.reserve(1));
    assertFalse(sibling.reserve(1), "of the tenant");
    var other = new SubscriptionQuota(enter("globex", "a"), 2);
    assertTrue(other.reserve(1));
    assertFalse(other.reserve(1), "of all");
    one.held(1);
    one.settleReserved();
    assertTrue(other.reserve(1));
    one.end();
    two.end();
    assertTrue(sibling.reserve(1));
  }

  @Test
  void whatASessionKeptCountsThoughItIsTooMuch() {
    quotas = quotas(100, "device.subscriptions", "3");
    var quota = new SubscriptionQuota(enter("acme", "a"), 10);
    quota.held(5);
    assertFalse(quota.reserve(1));
    quota.held(2);
    assertTrue(quota.reserve(1));
  }

  @Test
  void aLongFilterCountsForSeveralSubscriptions() {
    assertEquals(1, SubscriptionQuota.weight("a"));
    assertEquals(1, SubscriptionQuota.weight("a".repeat(128)));
    assertEquals(2, SubscriptionQuota.weight("a".repeat(129)));
    assertEquals(8, SubscriptionQuota.weight("a".repeat(1_024)));
    quotas = quotas(100, "device.subscriptions", "9");
    var quota = new SubscriptionQuota(enter("acme", "a"), 10);
    assertTrue(quota.reserve(8));
    assertFalse(quota.reserve(2), "of the device");
    assertTrue(quota.reserve(1));
    quota.held(9);
    quota.settleReserved();
    assertFalse(quota.reserve(1));
    quota.held(1);
    assertTrue(quota.reserve(8));
    assertFalse(quota.reserve(2), "of the connection");
  }
}
