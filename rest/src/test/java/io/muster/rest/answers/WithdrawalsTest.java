package io.muster.rest.answers;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WithdrawalsTest {
  private static final DeviceAddress D1 = DeviceAddress.of("acme", "d1");
  private final AtomicLong now = new AtomicLong(100);

  @Test
  void anAnswerHoldsWhenItWasAskedForAfterTheLastWord() {
    var withdrawals = new Withdrawals(Duration.ofHours(1), 100, now::get);
    assertTrue(withdrawals.allow(D1, 50));
    withdrawals.note(D1);
    assertFalse(withdrawals.allow(D1, 50));
    assertFalse(withdrawals.allow(D1, 100));
    assertTrue(withdrawals.allow(D1, 101));
    assertTrue(withdrawals.allow(DeviceAddress.of("acme", "d2"), 50));
    withdrawals.note(new TenantId("acme"));
    assertFalse(withdrawals.allow(DeviceAddress.of("acme", "d2"), 50));
    assertTrue(withdrawals.allow(DeviceAddress.of("other", "d1"), 50));
  }

  @Test
  void withMoreWordsThanFitNoneIsForgotten() {
    var withdrawals = new Withdrawals(Duration.ofHours(1), 10, now::get);
    for (int n = 0; n < 1_000; n++) {
      now.incrementAndGet();
      withdrawals.note(DeviceAddress.of("acme", "x" + n));
    }
    for (int n = 0; n < 1_000; n++) {
      assertFalse(withdrawals.allow(DeviceAddress.of("acme", "x" + n), 100), "x" + n);
    }
    assertTrue(withdrawals.allow(D1, now.get() + 1));
  }

  @Test
  void nothingAskedForEarlierIsBelievedAfterAWordAboutAll() {
    var withdrawals = new Withdrawals(Duration.ofHours(1), 10, now::get);
    withdrawals.noteAll();
    assertFalse(withdrawals.allow(D1, 100));
    assertTrue(withdrawals.allow(D1, 101));
  }
}
