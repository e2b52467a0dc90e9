package io.muster.firmware.ddi;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.SetClock;
import io.muster.rest.answers.ProofKey;
import io.muster.rest.bans.Network;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StrangersTest {
  private static final String HERE = "203.0.113.9";
  private static final String THERE = "203.0.113.10";

  private final SetTicker ticker = new SetTicker(new SetClock());
  private final ProofKey.Maker keys = new ProofKey.Maker();
  private SimpleMeterRegistry meters;
  private Strangers strangers;

  @BeforeEach
  void withItsDefaults() {
    strangers(Map.of());
  }

  /** Each with meters of its own: of two gauges of one name, only the first is kept, weakly. */
  private void strangers(Map<String, String> settings) {
    meters = new SimpleMeterRegistry();
    strangers = new Strangers(config(DdiConfig.class, settings), meters, ticker);
  }

  private Strangers.Attempt attempt(String device, String shown, String address) {
    var lamp = DeviceAddress.of("acme", device);
    return new Strangers.Attempt(
        lamp,
        new Visitor(address, Network.of(address), Optional.empty()),
        keys.of(lamp, "target-token", List.of(shown)));
  }

  private void fail(int times, String device, String address) {
    for (var i = 0; i < times; i++) {
      strangers.failed(attempt(device, "wrong " + i, address));
    }
  }

  @Test
  void aRefusalIsRememberedForAMoment() {
    var wrong = attempt("lamp-1", "wrong", HERE);
    assertFalse(strangers.wasRefused(wrong));
    strangers.failed(wrong);
    assertTrue(strangers.wasRefused(wrong));
    assertFalse(strangers.wasRefused(attempt("lamp-1", "other", HERE)));
    ticker.advance(Duration.ofSeconds(1));
    // Showing it again makes the moment no longer.
    strangers.failed(wrong);
    ticker.advance(Duration.ofSeconds(1));
    assertFalse(strangers.wasRefused(wrong));
  }

  @Test
  void aDeviceThatFailsAgainAndAgainIsBannedFromItsAddress() {
    fail(9, "lamp-1", HERE);
    assertEquals(Duration.ZERO, strangers.bannedFor(attempt("lamp-1", "x", HERE)));
    fail(1, "lamp-1", HERE);
    assertEquals(Duration.ofMinutes(1), strangers.bannedFor(attempt("lamp-1", "x", HERE)));
    assertEquals(Duration.ZERO, strangers.bannedFor(attempt("lamp-1", "x", THERE)));
    assertEquals(Duration.ZERO, strangers.bannedFor(attempt("lamp-2", "x", HERE)));
    ticker.advance(Duration.ofMinutes(1));
    assertEquals(Duration.ZERO, strangers.bannedFor(attempt("lamp-1", "x", HERE)));
  }

  @Test
  void whatHeldOfLateIsNoStrangers() {
    var known = attempt("lamp-1", "right", HERE);
    strangers.held(known);
    for (var i = 0; i < 100; i++) {
      fail(1, "guess-" + i, HERE);
    }
    assertTrue(strangers.bannedFor(attempt("lamp-2", "right", HERE)).isPositive());
    assertEquals(Duration.ZERO, strangers.bannedFor(known));
    // It is let in, and the others stay banned.
    strangers.held(known);
    assertTrue(strangers.bannedFor(attempt("lamp-2", "right", HERE)).isPositive());
    // Withdrawn since: it is a stranger like any other.
    strangers.failed(known);
    assertTrue(strangers.bannedFor(known).isPositive());
  }

  @Test
  void aProofIsKnownForADay() {
    var known = attempt("lamp-1", "right", HERE);
    strangers.held(known);
    ticker.advance(Duration.ofDays(1));
    fail(10, "lamp-1", HERE);
    assertTrue(strangers.bannedFor(known).isPositive());
  }

  @Test
  void whoIsLetInSetsItsAddressBackToNone() {
    for (var i = 0; i < 99; i++) {
      fail(1, "guess-" + i, HERE);
    }
    strangers.held(attempt("lamp-1", "right", HERE));
    fail(1, "guess-100", HERE);
    assertEquals(Duration.ZERO, strangers.bannedFor(attempt("lamp-2", "x", HERE)));
  }

  @Test
  void whatIsRememberedIsBounded() {
    strangers(
        Map.of(
            "muster.firmware.ddi.proofs.remembered", "100",
            "muster.firmware.ddi.bans.most", "100"));
    for (var i = 0; i < 2_000; i++) {
      var address = "198.51." + i / 250 + "." + i % 250;
      strangers.held(attempt("lamp-" + i, "right", address));
      fail(1, "lamp-" + i, address);
    }
    assertEquals(100, meters.get("muster.firmware.device.offenders").gauge().value());
  }

  @Test
  void bansAreCounted() {
    fail(10, "lamp-1", HERE);
    assertEquals(
        1, meters.get("muster.firmware.device.bans").tag("of", "device").counter().count());
  }
}
