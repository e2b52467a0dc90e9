package io.muster.ingest.access;

import static io.muster.ingest.access.FollowedAccess.DEVICE;
import static io.muster.ingest.access.FollowedAccess.allowed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.rest.answers.Withdrawals;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WithdrawalsTest {
  private static final int MOST = 10;
  private final AtomicLong now = new AtomicLong(100);
  private final Withdrawals withdrawals = new Withdrawals(Duration.ofHours(1), MOST, now::get);

  @Test
  void oneOfTheDevicesCredentialsTakesNoOtherWithIt() {
    withdrawals.withdraw(DEVICE, UUID.randomUUID());
    assertTrue(withdrawals.allow(allowed(null), 50));
    assertFalse(withdrawals.areSilent(allowed(null), 50));
    withdrawals.withdraw(DEVICE, allowed(null).credential());
    assertFalse(withdrawals.allow(allowed(null), 50));
    assertFalse(withdrawals.allow(allowed(null), 100));
    assertTrue(withdrawals.allow(allowed(null), 101));
  }

  @Test
  void nothingIsBelievedAfterAWordAboutAll() {
    withdrawals.withdrawAll();
    assertFalse(withdrawals.allow(allowed(null), 100));
    assertFalse(withdrawals.areSilent(allowed(null), 100));
    assertFalse(withdrawals.allowMandate(DEVICE, 100));
    assertTrue(withdrawals.areSilent(allowed(null), 101));
  }

  /** An import that touches the whole fleet must not keep it out. */
  @Test
  void moreChangesThanFitAskAgainAndTakeNothingBack() {
    for (int n = 0; n < 50 * MOST; n++) {
      withdrawals.change(DeviceAddress.of("acme", "x" + n));
    }
    assertFalse(withdrawals.areSilent(allowed(null), 100));
    assertFalse(withdrawals.allowMandate(DEVICE, 100));
    assertTrue(withdrawals.allow(allowed(null), 100));
  }

  @Test
  void limitsThatDoNotFitTakeEverythingBack() {
    for (int n = 0; n < 50 * MOST; n++) {
      withdrawals.limit(new TenantId("t" + n), new DeviceLimits(1, 1));
    }
    assertFalse(withdrawals.allow(allowed(null), 100));
    assertTrue(withdrawals.allow(allowed(null), 101));
    assertEquals(allowed(null), withdrawals.withLimits(allowed(null), 100));
  }
}
