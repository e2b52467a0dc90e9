package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who waits when several send more together than they may; a minute and more, played. */
class FairShareTest {
  private static final long MILLI = 1_000_000L;
  private static final int BYTES = 100;
  private static final int A_MINUTE = 60_000;
  private static final int BURST_SECONDS = 10;
  private static final DeviceLimits AMPLE = new DeviceLimits(1_000_000, 1_000);

  /** Sends at its pace, unless it is not read. */
  private static final class Sender {
    private final DeviceRate rate;
    private final int everyMillis;
    private long nextAt;
    private long readAt;
    private int sent;
    private int waits;

    Sender(DeviceRate rate, int everyMillis) {
      this.rate = rate;
      this.everyMillis = everyMillis;
    }

    void play(long now) {
      if (now < nextAt || now < readAt) {
        return;
      }
      nextAt = now + everyMillis * MILLI;
      rate.sends(now);
      var wait =
          Math.max(
              rate.charge(BYTES, now),
              Math.max(rate.chargeTenant(BYTES, now), rate.chargeTotal(BYTES, now)));
      sent++;
      waits += wait > 0 ? 1 : 0;
      readAt = now + wait;
    }
  }

  private final List<Sender> senders = new ArrayList<>();
  private Quotas quotas;
  private long now;

  private void limits(String... settings) {
    quotas =
        new Quotas(
            LimitSettings.limits(settings), 1_000_000, 1_000, new SimpleMeterRegistry(), now);
  }

  private Sender sender(String tenant, String device, int everyMillis) {
    var use = quotas.enter(DeviceAddress.of(tenant, device), AMPLE, false, now);
    var sender = new Sender(use.rate(), everyMillis);
    senders.add(sender);
    return sender;
  }

  private void play(int millis) {
    for (int i = 0; i < millis; i++) {
      senders.forEach(sender -> sender.play(now));
      now += MILLI;
    }
  }

  private static void assertAbout(int expected, int sent) {
    assertTrue(Math.abs(sent - expected) <= expected / 20, "sent " + sent + ", not " + expected);
  }

  @Test
  void aNoisyDeviceOfATenantSlowsItselfOnly() {
    limits("tenant.messages-per-second", "100");
    var noisy = sender("acme", "noisy", 1);
    var quiet = sender("acme", "quiet", 50);
    play(A_MINUTE);
    assertEquals(0, quiet.waits);
    assertEquals(1_200, quiet.sent);
    assertAbout(100 * (60 + BURST_SECONDS) - quiet.sent, noisy.sent);
  }

  @Test
  void theSameForBytes() {
    limits("tenant.bytes-per-second", "10000", "tenant.messages-per-second", "0");
    var noisy = sender("acme", "noisy", 1);
    var quiet = sender("acme", "quiet", 50);
    play(A_MINUTE);
    assertEquals(0, quiet.waits);
    assertAbout(100 * (60 + BURST_SECONDS) - quiet.sent, noisy.sent);
  }

  @Test
  void noisyDevicesOfATenantGetEqualParts() {
    limits("tenant.messages-per-second", "100");
    var noisy = new Sender[10];
    Arrays.setAll(noisy, i -> sender("acme", "noisy" + i, 1));
    play(A_MINUTE);
    var before = Arrays.stream(noisy).mapToInt(it -> it.sent).toArray();
    play(A_MINUTE);
    for (int i = 0; i < noisy.length; i++) {
      assertAbout(600, noisy[i].sent - before[i]);
    }
  }

  @Test
  void aQuietDeviceIsNotSlowedByThoseThatHaveGone() {
    limits("tenant.messages-per-second", "100");
    for (int i = 0; i < 50; i++) {
      sender("acme", "gone" + i, 500);
    }
    play(A_MINUTE);
    senders.clear();
    sender("acme", "noisy", 1);
    var quiet = sender("acme", "quiet", 50);
    play(A_MINUTE / 2);
    var waits = quiet.waits;
    play(A_MINUTE);
    assertEquals(waits, quiet.waits);
  }

  @Test
  void oneTenantSlowsNoOther() {
    limits("total.messages-per-second", "100");
    var noisy = new Sender[5];
    Arrays.setAll(noisy, i -> sender("acme", "noisy" + i, 1));
    var other = sender("globex", "quiet", 25);
    play(A_MINUTE);
    assertEquals(0, other.waits);
    assertEquals(2_400, other.sent);
    var sent = Arrays.stream(noisy).mapToInt(it -> it.sent).sum();
    assertAbout(100 * (60 + BURST_SECONDS) - other.sent, sent);
  }

  /** Nor does its noisy device slow its quiet one when all send too much. */
  @Test
  void aQuietDeviceOfANoisyTenantIsNotSlowed() {
    limits("total.messages-per-second", "100");
    sender("acme", "noisy", 1);
    var quiet = sender("acme", "quiet", 100);
    sender("globex", "noisy", 1);
    play(A_MINUTE);
    assertEquals(0, quiet.waits);
    assertEquals(600, quiet.sent);
  }

  /**
   * Each keeps to a part that is counted too large, since hardly any of them sends in ten seconds.
   */
  @Test
  void manyThatSeldomSendDoNotOverdrawATenantsRateForEver() {
    limits("tenant.messages-per-second", "2");
    for (int i = 0; i < 200; i++) {
      sender("acme", "seldom" + i, 20_000);
    }
    play(3 * A_MINUTE);
    var before = senders.stream().mapToInt(it -> it.sent).sum();
    play(A_MINUTE);
    var sent = senders.stream().mapToInt(it -> it.sent).sum() - before;
    assertTrue(sent <= 2 * 60 + 10, "sent " + sent);
  }
}
