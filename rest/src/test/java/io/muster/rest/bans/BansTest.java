package io.muster.rest.bans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.bans.Bans.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BansTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MINUTE = 60 * SECOND;
  private static final long BEGIN = Long.MAX_VALUE - SECOND; // nanoTime may wrap around
  private static final Network HERE = Network.of("192.0.2.1");
  private static final Network THERE = Network.of("192.0.2.2");
  private static final DeviceAddress BOILER = DeviceAddress.of("acme", "boiler");
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Bans bans = bans("device-failures", "3", "address-failures", "10");
  private long now = BEGIN;

  private Bans bans(String... settings) {
    return new Bans(BanSettings.with(settings), "muster.door", new SimpleMeterRegistry(), BEGIN);
  }

  private Verdict fail(int times, Network from, DeviceAddress device) {
    Verdict last = null;
    for (int i = 0; i < times; i++) {
      last = bans.failed(from, device, now);
    }
    return last;
  }

  private static Verdict deviceBanned(int minutes) {
    return new Verdict.DeviceBanned(Duration.ofMinutes(minutes));
  }

  @Test
  void bansADeviceFromAnAddress() {
    assertEquals(Verdict.Watched.WATCHED, fail(2, HERE, BOILER));
    assertFalse(bans.isBanned(HERE, BOILER, now));
    assertEquals(deviceBanned(1), fail(1, HERE, BOILER));
    assertTrue(bans.isBanned(HERE, BOILER, now));
  }

  /** Anybody can fail in its name. */
  @Test
  void aStrangerDoesNotKeepTheTrueDeviceOut() {
    fail(9, HERE, BOILER);
    assertFalse(bans.isBanned(THERE, BOILER, now));
    assertFalse(bans.isBanned(HERE, PUMP, now));
    assertFalse(bans.isBanned(HERE, now));
  }

  @Test
  void bansAnAddressWhoeverItSaysItIs() {
    for (int i = 0; i < 9; i++) {
      fail(1, HERE, DeviceAddress.of("acme", "guess" + i));
    }
    assertFalse(bans.isBanned(HERE, now));
    assertEquals(new Verdict.AddressBanned(Duration.ofMinutes(1)), fail(1, HERE, null));
    assertTrue(bans.isBanned(HERE, now));
    assertTrue(bans.isBanned(HERE, PUMP, now));
    assertFalse(bans.isBanned(THERE, now));
  }

  @Test
  void takesANetworkOfIpv6ForOneAddress() {
    fail(9, Network.of("2001:db8::1"), null);
    fail(1, Network.of("2001:db8::ffff:2"), null);
    assertTrue(bans.isBanned(Network.of("2001:db8::3"), now));
    assertFalse(bans.isBanned(Network.of("2001:db8:0:1::3"), now));
  }

  @Test
  void tellsHowLongABanLastsYet() {
    assertEquals(Duration.ZERO, bans.remaining(HERE, BOILER, now));
    fail(3, HERE, BOILER);
    now += 20 * SECOND;
    assertEquals(Duration.ofSeconds(40), bans.remaining(HERE, BOILER, now));
    assertEquals(Duration.ZERO, bans.remaining(HERE, PUMP, now));
    fail(7, HERE, null);
    assertEquals(Duration.ofSeconds(60), bans.remaining(HERE, BOILER, now));
    assertEquals(Duration.ofSeconds(60), bans.remaining(HERE, null, now));
    now += MINUTE;
    assertEquals(Duration.ZERO, bans.remaining(HERE, BOILER, now));
  }

  @Test
  void failuresFarApartDoNotCountTogether() {
    fail(2, HERE, BOILER);
    now += MINUTE + 1;
    assertEquals(Verdict.Watched.WATCHED, fail(2, HERE, BOILER));
  }

  @Test
  void aBanEndsByItselfAndTheNextLastsTwiceAsLongUpToTheLongest() {
    for (var minutes : new int[] {1, 2, 4, 8, 15, 15}) {
      assertEquals(deviceBanned(minutes), fail(3, HERE, BOILER));
      now += minutes * MINUTE - 1;
      assertTrue(bans.isBanned(HERE, BOILER, now));
      now += 1;
      assertFalse(bans.isBanned(HERE, BOILER, now));
    }
  }

  @Test
  void aBanIsAFirstOneAgainAfterAsLongAsTheLongestWithoutAFailure() {
    fail(3, HERE, BOILER);
    now += MINUTE;
    fail(3, HERE, BOILER);
    now += 2 * MINUTE + 15 * MINUTE + 1;
    assertEquals(deviceBanned(1), fail(3, HERE, BOILER));
  }

  /** Of many that knock at once, the answers come when it is banned already. */
  @Test
  void failuresDuringABanMakeItNoLonger() {
    fail(3, HERE, BOILER);
    fail(3, HERE, BOILER);
    now += MINUTE;
    assertFalse(bans.isBanned(HERE, BOILER, now));
    assertEquals(deviceBanned(2), fail(3, HERE, BOILER));
  }

  @Test
  void whoAuthenticatesIsForgiven() {
    fail(2, HERE, BOILER);
    bans.succeeded(HERE, BOILER, now);
    assertEquals(0, bans.offenders());
    assertEquals(Verdict.Watched.WATCHED, fail(2, HERE, BOILER));
  }

  /** Many devices may come from one address, and one of them may have a wrong secret. */
  @Test
  void whoAuthenticatesClearsItsAddressButNoOtherDevice() {
    fail(3, HERE, BOILER);
    fail(6, HERE, null);
    bans.succeeded(HERE, PUMP, now);
    assertEquals(Verdict.Watched.WATCHED, fail(9, HERE, null));
    assertTrue(bans.isBanned(HERE, BOILER, now));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.0/24", "192.0.2.1", "10.0.0.0/8,192.0.2.1/32"})
  void neverBansWhoIsToBeSpared(String never) {
    bans = bans("device-failures", "1", "address-failures", "1", "never", never);
    fail(100, HERE, BOILER);
    assertFalse(bans.isBanned(HERE, BOILER, now));
    assertEquals(0, bans.offenders());
  }

  @Test
  void sparesItsOwnMachineUnlessToldOtherwise() {
    fail(100, Network.of("127.0.0.1"), BOILER);
    fail(100, Network.of("::1"), BOILER);
    assertEquals(0, bans.offenders());
  }

  @Test
  void aNetworkThatIsNoneIsRefusedAtTheStart() {
    assertThrows(IllegalArgumentException.class, () -> bans("never", "example.org"));
    assertThrows(IllegalArgumentException.class, () -> bans("never", "10.0.0.0/33"));
    assertThrows(IllegalArgumentException.class, () -> bans("never", "10.0.0.0/x"));
  }

  @Test
  void zeroIsNever() {
    bans = bans("device-failures", "0", "address-failures", "0");
    fail(1_000, HERE, BOILER);
    assertFalse(bans.isBanned(HERE, BOILER, now));
  }

  @Test
  void ofWhereNobodyCanTellNobodyIsBanned() {
    fail(1_000, Network.UNKNOWN, BOILER);
    assertEquals(0, bans.offenders());
  }

  @Test
  void remembersABoundedNumberAndThoseLongestThatComeAgain() {
    bans = bans("most", "3", "address-failures", "1");
    fail(1, HERE, null);
    for (int i = 10; i < 100; i++) {
      assertTrue(bans.isBanned(HERE, now));
      fail(1, Network.of("192.0.2." + i), null);
      assertTrue(bans.offenders() <= 3);
    }
  }

  @Test
  void remembersABoundedNumberOfDevicesOfAnAddress() {
    bans = bans("device-failures", "1", "address-failures", "0");
    int banned = 0;
    for (int i = 0; i < 1_000; i++) {
      var device = DeviceAddress.of("acme", "guess" + i);
      fail(1, HERE, device);
      banned += bans.isBanned(HERE, device, now) ? 1 : 0;
    }
    assertEquals(16, banned);
  }

  @Test
  void forgetsThoseOfWhichNothingCounts() {
    fail(1, HERE, BOILER);
    fail(3, THERE, BOILER);
    now += MINUTE + 1;
    bans.forgetSpent(now);
    assertEquals(1, bans.offenders());
    now += 15 * MINUTE;
    bans.forgetSpent(now);
    assertEquals(0, bans.offenders());
  }

  @Test
  void countsBans() {
    var counted =
        new Bans(
            BanSettings.with("device-failures", "2", "address-failures", "3"),
            "muster.door",
            meters,
            now);
    for (int i = 0; i < 3; i++) {
      counted.failed(HERE, BOILER, now);
    }
    assertEquals(1, meters.counter("muster.door.bans", "of", "device").count());
    assertEquals(1, meters.counter("muster.door.bans", "of", "address").count());
    assertEquals(1, meters.get("muster.door.offenders").gauge().value());
  }
}
