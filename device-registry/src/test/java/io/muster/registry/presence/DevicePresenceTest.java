package io.muster.registry.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicePresenceTest {
  private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
  private static final String CLIENT = "acme:pump-1";
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);

  private final DevicePresence device =
      new DevicePresence(
          new DevicePresence.Place(7, DeviceAddress.of("acme", "pump-1"), null),
          PresenceState.NEVER_HEARD,
          Map.of());

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  private void assertIs(PresenceStatus status, String reason, long since) {
    assertEquals(status, device.state().status());
    assertEquals(reason, device.state().reason());
    assertEquals(at(since), device.state().since());
  }

  private List<String> reasons() {
    return device.changes().stream().map(PresenceChange::reason).toList();
  }

  @Test
  void whatWasNeverHeardOfIsUnknownAndNotWritten() {
    assertEquals(PresenceStatus.UNKNOWN, device.state().status());
    assertFalse(device.isChanged());
  }

  @Test
  void aConnectionMakesItOnlineAndItsEndOffline() {
    device.connected(CLIENT, 5, "a", A, at(1));
    assertIs(PresenceStatus.ONLINE, "connected", 1);
    assertEquals(at(1), device.state().lastSeen());
    device.disconnected(CLIENT, 5, at(9), "connection-lost");
    assertIs(PresenceStatus.OFFLINE, "connection-lost", 9);
    assertEquals(List.of(1L, 2L), device.changes().stream().map(PresenceChange::number).toList());
  }

  @Test
  void onlyItsOwnGoodbyeTellsThatItWasThereThen() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(50), "keep-alive");
    assertEquals(at(1), device.state().lastSeen());
    device.connected(CLIENT, 6, "a", A, at(60));
    device.disconnected(CLIENT, 6, at(70), "client");
    assertEquals(at(70), device.state().lastSeen());
  }

  @Test
  void whatComesTwiceCountsOnce() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(9), "client");
    device.disconnected(CLIENT, 5, at(10), "replica-lost");
    assertEquals(List.of("connected", "client"), reasons());
  }

  @Test
  void aMoveToAnotherReplicaIsNoChange() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.connected(CLIENT, 6, "b", B, at(2));
    device.disconnected(CLIENT, 5, at(3), "taken-over");
    assertEquals(List.of("connected"), reasons());
    assertEquals(B, device.connection(CLIENT).orElseThrow().bootId());
  }

  @Test
  void anEndThatOvertakesItsBeginningHolds() {
    device.disconnected(CLIENT, 5, at(3), "replica-lost");
    device.connected(CLIENT, 5, "a", A, at(1));
    assertEquals(PresenceStatus.UNKNOWN, device.state().status());
    assertTrue(device.live().isEmpty());
  }

  @Test
  void whatIsToldOfAnEarlierConnectionChangesNothing() {
    device.connected(CLIENT, 6, "b", B, at(2));
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(3), "replica-lost");
    assertEquals(List.of("connected"), reasons());
    assertEquals(6, device.connection(CLIENT).orElseThrow().epoch());
  }

  @Test
  void theEndOfTheOldConnectionBeforeTheBeginningOfTheNewLeavesItOnline() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(10), "taken-over");
    // Its clock is behind.
    device.connected(CLIENT, 6, "b", B, at(9));
    assertIs(PresenceStatus.ONLINE, "connected", 1);
    assertEquals(List.of("connected"), reasons());
  }

  @Test
  void whatTookOverMayEndBeforeItsBeginningIsTold() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(10), "taken-over");
    device.disconnected(CLIENT, 6, at(12), "client");
    device.connected(CLIENT, 6, "b", B, at(10));
    assertEquals(List.of("connected", "client"), reasons());
    assertIs(PresenceStatus.OFFLINE, "client", 12);
  }

  @Test
  void theEndIsBelievedAlsoByAClockThatIsBehind() {
    device.connected(CLIENT, 5, "a", A, at(10));
    device.disconnected(CLIENT, 5, at(4), "replica-lost");
    assertIs(PresenceStatus.OFFLINE, "replica-lost", 10);
  }

  @Test
  void itIsOfflineWhenItsLastConnectionHasEnded() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.connected(CLIENT + ":2", 6, "b", B, at(2));
    device.disconnected(CLIENT, 5, at(3), "client");
    assertEquals(PresenceStatus.ONLINE, device.state().status());
    device.disconnected(CLIENT + ":2", 6, at(4), "keep-alive");
    assertIs(PresenceStatus.OFFLINE, "keep-alive", 4);
  }

  @Test
  void aReplicaThatIsLostEndsItsConnectionsAndNoOthers() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.connected(CLIENT + ":2", 6, "b", B, at(2));
    device.lost(A, at(9));
    assertEquals(PresenceStatus.ONLINE, device.state().status());
    device.lost(B, at(10));
    assertIs(PresenceStatus.OFFLINE, "replica-lost", 10);
    device.lost(B, at(11));
    assertEquals(2, device.changes().size());
  }

  @Test
  void hearingOfItMakesItOnlineWithoutAConnection() {
    device.heard(at(1), A, 0, false);
    assertIs(PresenceStatus.ONLINE, "heard", 1);
    assertEquals(A, device.state().heardBy());
    device.heard(at(20), B, 0, false);
    assertEquals(1, device.changes().size());
    assertEquals(at(20), device.state().lastSeen());
    device.heard(at(19), A, 0, false);
    assertEquals(B, device.state().heardBy());
  }

  @Test
  void whatItSaidBeforeItWentDoesNotBringItBack() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(10), "connection-lost");
    device.heard(at(9), A, 60, false);
    device.said(PresenceStatus.ONLINE, at(10));
    assertIs(PresenceStatus.OFFLINE, "connection-lost", 10);
    device.heard(at(11), A, 60, false);
    assertIs(PresenceStatus.ONLINE, "heard", 11);
  }

  @Test
  void anEndThatIsToldAfterItWasHeardAgainIsPassedOver() {
    device.disconnected(CLIENT, 4, at(1), "client");
    device.heard(at(100), A, 0, false);
    device.disconnected(CLIENT, 5, at(90), "connection-lost");
    assertIs(PresenceStatus.ONLINE, "heard", 100);
    device.disconnected(CLIENT, 6, at(101), "connection-lost");
    assertIs(PresenceStatus.OFFLINE, "connection-lost", 101);
  }

  @Test
  void aReportMayOvertakeTheBeginningOfAConnection() {
    device.heard(at(2), A, 60, true);
    assertIs(PresenceStatus.ONLINE, "connected", 2);
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(9), "client");
    device.heard(at(12), A, 60, true);
    device.connected(CLIENT, 6, "a", A, at(11));
    assertEquals(List.of("connected", "client", "connected"), reasons());
    assertEquals(1, device.live().size());
  }

  @Test
  void aReportOfANewConnectionMayOvertakeTheEndOfTheOldOne() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.disconnected(CLIENT, 5, at(9), "keep-alive");
    device.heard(at(100), B, 60, true);
    device.disconnected(CLIENT, 6, at(90), "keep-alive");
    assertIs(PresenceStatus.ONLINE, "connected", 100);
    device.connected(CLIENT, 7, "b", B, at(99));
    device.disconnected(CLIENT, 7, at(110), "client");
    assertIs(PresenceStatus.OFFLINE, "client", 110);
  }

  @Test
  void whoIsHeardOverAConnectionThatWasTakenForLostHasNoNewOne() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.lost(A, at(60));
    device.heard(at(61), A, 60, true);
    assertIs(PresenceStatus.ONLINE, "heard", 61);
    device.lost(A, at(70));
    device.heard(at(71), B, 60, true);
    assertEquals(
        List.of("connected", "replica-lost", "heard", "replica-lost", "connected"), reasons());
  }

  @Test
  void silenceIsFollowedByWhateverIsHeardNext() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.silent(at(91));
    assertIs(PresenceStatus.OFFLINE, "silent", 91);
    device.heard(at(92), A, 60, true);
    assertIs(PresenceStatus.ONLINE, "heard", 92);
    device.disconnected(CLIENT, 5, at(93), "client");
    assertIs(PresenceStatus.OFFLINE, "client", 93);
  }

  @Test
  void itsConnectionWeighsMoreThanItsWill() {
    device.connected(CLIENT, 6, "a", A, at(5));
    device.said(PresenceStatus.OFFLINE, at(6));
    assertIs(PresenceStatus.ONLINE, "connected", 5);
    device.disconnected(CLIENT, 6, at(7), "connection-lost");
    device.said(PresenceStatus.OFFLINE, at(8));
    assertEquals(List.of("connected", "connection-lost"), reasons());
  }

  @Test
  void theWordOfOneBehindAGatewayCounts() {
    device.said(PresenceStatus.ONLINE, at(1));
    assertIs(PresenceStatus.ONLINE, "device", 1);
    device.said(PresenceStatus.OFFLINE, at(5));
    assertIs(PresenceStatus.OFFLINE, "device", 5);
    device.said(PresenceStatus.ONLINE, at(4));
    assertEquals(2, device.changes().size());
  }

  @Test
  void aNewChangeIsLookedAtAnew() {
    device.connected(CLIENT, 5, "a", A, at(1));
    device.lookAt(at(90));
    device.heard(at(50), A, 60, false);
    assertEquals(at(90), device.state().lookAt());
    device.disconnected(CLIENT, 5, at(60), "client");
    assertEquals(null, device.state().lookAt());
  }

  @Test
  void everOtherClientIdentifiersAreNotRememberedForEver() {
    for (int i = 0; i < 100; i++) {
      device.connected(CLIENT + ":" + i, i, "a", A, at(2 * i));
      device.disconnected(CLIENT + ":" + i, i, at(2 * i + 1), "client");
    }
    assertEquals(16, device.writtenConnections().size());
    assertEquals(84, device.removedClients().size());
    assertTrue(device.writtenConnections().containsKey(CLIENT + ":99"));
  }

  /** Whatever the order in which it is told: what counts is who was last. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void anyOrderEndsTheSame(long seed) {
    List<Consumer<DevicePresence>> told = new ArrayList<>();
    for (int n = 1; n <= 6; n++) {
      var epoch = n;
      told.add(it -> it.connected(CLIENT, epoch, "a", A, at(10 * epoch)));
      told.add(it -> it.connected(CLIENT, epoch, "a", A, at(10 * epoch)));
      if (epoch < 6 || seed % 2 == 0) {
        told.add(it -> it.disconnected(CLIENT, epoch, at(10 * epoch + 5), "connection-lost"));
        told.add(it -> it.disconnected(CLIENT, epoch, at(10 * epoch + 6), "replica-lost"));
      }
    }
    Collections.shuffle(told, new Random(seed));
    told.forEach(step -> step.accept(device));
    assertEquals(seed % 2 == 0, device.live().isEmpty());
    assertEquals(seed % 2 != 0, device.state().status() == PresenceStatus.ONLINE);
    for (int i = 1; i < device.changes().size(); i++) {
      assertFalse(device.changes().get(i).at().isBefore(device.changes().get(i - 1).at()));
    }
  }
}
