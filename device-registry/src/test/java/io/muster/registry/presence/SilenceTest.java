package io.muster.registry.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.presence.Silence.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SilenceTest {
  private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
  private static final Duration LONGEST = Duration.ofMinutes(70);
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);

  private final Silence silence = new Silence(Duration.ofSeconds(30), 3, Duration.ofSeconds(15));

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  private static DevicePresence device(Integer heartbeatSeconds) {
    return new DevicePresence(
        new DevicePresence.Place(7, DeviceAddress.of("acme", "pump-1"), heartbeatSeconds),
        PresenceState.NEVER_HEARD,
        Map.of());
  }

  @ParameterizedTest
  @CsvSource({",0,90", ",60,90", ",61,91", ",300,450", "10,0,30", "10,60,90", "600,60,1800"})
  void theLimitIsThreeHeartbeatsOrOneAndAHalfKeepAlives(
      Integer heartbeatSeconds, int keepAliveSeconds, long limitSeconds) {
    var limit = silence.limit(heartbeatSeconds, keepAliveSeconds);
    assertEquals(limitSeconds, limit.toSeconds());
  }

  @Test
  void whoIsNotHeardOfWithinTheLimitIsSilentSinceItsEnd() {
    var device = device(null);
    device.connected("acme:pump-1", 1, "a", A, at(0));
    device.heard(at(10), A, 60, true);
    assertEquals(new Verdict.Present(at(105)), silence.judge(device, Map.of(A, at(90)), at(90)));
    assertEquals(new Verdict.Present(at(115)), silence.judge(device, Map.of(A, at(100)), at(100)));
    assertEquals(new Verdict.Silent(at(100)), silence.judge(device, Map.of(A, at(101)), at(140)));
  }

  @Test
  void itIsNotLookedAtAgainBeforeItsTimeIsOver() {
    var device = device(null);
    device.connected("acme:pump-1", 1, "a", A, at(0));
    assertEquals(new Verdict.Present(at(90)), silence.judge(device, Map.of(A, at(5)), at(10)));
  }

  @Test
  void whileReportsStayAwayNobodyIsSilent() {
    var device = device(null);
    device.connected("acme:pump-1", 1, "a", A, at(0));
    assertEquals(
        new Verdict.Present(at(10_015)), silence.judge(device, Map.of(A, at(80)), at(10_000)));
    assertEquals(
        new Verdict.Present(at(10_015)),
        silence.judge(device, Map.of(A, Instant.MIN, B, at(9_999)), at(10_000)));
    assertEquals(new Verdict.Present(at(10_015)), silence.judge(device, Map.of(), at(10_000)));
  }

  @Test
  void theReplicaThatIsFurthestBehindCounts() {
    var device = device(null);
    device.connected("acme:pump-1", 1, "a", A, at(0));
    device.connected("acme:pump-1:2", 2, "b", B, at(0));
    var replicas = Map.of(A, at(1_000), B, at(50));
    assertEquals(new Verdict.Present(at(1_015)), silence.judge(device, replicas, at(1_000)));
    device.disconnected("acme:pump-1:2", 2, at(60), "client");
    assertEquals(new Verdict.Silent(at(150)), silence.judge(device, replicas, at(1_000)));
  }

  @Test
  void oneWithoutAConnectionIsJudgedByWhoHeardIt() {
    var device = device(10);
    device.heard(at(0), A, 0, false);
    assertEquals(new Verdict.Present(at(115)), silence.judge(device, Map.of(A, at(20)), at(100)));
    assertEquals(new Verdict.Silent(at(30)), silence.judge(device, Map.of(A, at(40)), at(100)));
  }

  @Test
  void oneWithoutAConnectionFallsSilentWhenWhoHeardItIsGone() {
    var device = device(10);
    device.heard(at(0), A, 0, false);
    assertEquals(new Verdict.Silent(at(30)), silence.judge(device, Map.of(B, at(40)), at(100)));
  }

  @Test
  void aConnectionAtABrokerOfOthersIsNeverSilent() {
    var device = device(null);
    device.connected("~acme:pump-1", 1, "emqx@10.0.0.1", null, at(0));
    assertEquals(
        new Verdict.Present(at(10_015)), silence.judge(device, Map.of(A, at(9_999)), at(10_000)));
  }

  @Test
  void aConnectionAtABrokerOfOthersEndsWhenItWasNotConfirmedForLong() {
    var device = device(null);
    device.connected("~acme:pump-1", 1, "emqx@10.0.0.1", null, at(0));
    device.forsake(LONGEST, at(4_199));
    assertEquals(PresenceStatus.ONLINE, device.state().status());
    device.connected("~acme:pump-1", 2, "emqx@10.0.0.2", null, at(3_600));
    device.forsake(LONGEST, at(4_200));
    assertEquals(PresenceStatus.ONLINE, device.state().status());
    device.forsake(LONGEST, at(7_900));
    assertLost(device, at(7_800));
    // What is told of it later, and what it says when it is there after all.
    device.disconnected("~acme:pump-1", 2, at(7_850), "normal");
    assertLost(device, at(7_800));
    device.heard(at(7_900), A, 60, true);
    assertEquals(PresenceStatus.ONLINE, device.state().status());
  }

  @Test
  void whatADeviceSaysConfirmsItsConnectionThere() {
    var device = device(null);
    device.connected("~acme:pump-1", 1, "emqx@10.0.0.1", null, at(0));
    device.heard(at(4_000), A, 0, false);
    device.forsake(LONGEST, at(8_199));
    assertEquals(PresenceStatus.ONLINE, device.state().status());
    device.forsake(LONGEST, at(8_200));
    assertLost(device, at(8_200));
  }

  @Test
  void whatItSaysOverItsConnectionHereConfirmsNoneThere() {
    var device = device(null);
    device.connected("~acme:pump-1", 1, "emqx@10.0.0.1", null, at(0));
    device.connected("acme:pump-1", 1, "a", A, at(100));
    device.heard(at(4_000), A, 60, true);
    device.forsake(LONGEST, at(4_200));
    assertEquals(List.of(A), device.live().stream().map(KnownConnection::bootId).toList());
    assertEquals(PresenceStatus.ONLINE, device.state().status());
  }

  @Test
  void itIsLookedAtWhenAConnectionThereMayEndThoughItMayBeSilentForLonger() {
    var rules = new PresenceRules(silence, 50, LONGEST);
    var device = device(86_400);
    device.connected("~acme:pump-1", 1, "emqx@10.0.0.1", null, at(0));
    assertEquals(at(4_200), rules.look(device, silence.deadline(device)));
    assertEquals(at(90), rules.look(device, at(90)));
    device.disconnected("~acme:pump-1", 1, at(10), "normal");
    assertEquals(at(100_000), rules.look(device, at(100_000)));
  }

  @Test
  void aConnectionHereLastsHoweverLongNothingIsTold() {
    var device = device(null);
    device.connected("acme:pump-1", 1, "a", A, at(0));
    device.forsake(LONGEST, at(100_000));
    assertEquals(1, device.live().size());
  }

  private static void assertLost(DevicePresence device, Instant since) {
    assertEquals(PresenceStatus.OFFLINE, device.state().status());
    assertEquals(DevicePresence.REPLICA_LOST, device.state().reason());
    assertEquals(since, device.state().since());
  }

  @Test
  void aDeviceThatOnlySaidSoIsJudgedByTheClock() {
    var device = device(10);
    device.said(PresenceStatus.ONLINE, at(0));
    assertEquals(new Verdict.Silent(at(30)), silence.judge(device, Map.of(), at(31)));
  }
}
