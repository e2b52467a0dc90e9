package io.muster.ingest.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ActivityReport.Heard;
import io.muster.ingest.heard.HeardDevice;
import io.muster.ingest.presence.ActivityReporter.Outcome;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ActivityReporterTest {
  private static final UUID BOOT = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  private final Map<DeviceAddress, HeardDevice> connected = new LinkedHashMap<>();
  private final Map<DeviceAddress, HeardDevice> behind = new LinkedHashMap<>();
  private final List<ActivityReport> reports = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private Function<ActivityReport, Uni<Boolean>> registry = any -> Uni.createFrom().item(true);
  private Uni<List<UUID>> alive = Uni.createFrom().item(List.of(BOOT, OTHER));
  private long nowSeconds = 1_000;

  private final ActivityReporter reporter =
      new ActivityReporter(
          new ReplicaIdentity("one", BOOT),
          List.of(
              visitor -> connected.values().forEach(visitor),
              visitor -> behind.values().forEach(visitor)),
          () -> alive,
          report -> {
            reports.add(report);
            return registry.apply(report);
          },
          new ActivityReporter.Settings(Duration.ofSeconds(30), 3, Duration.ofSeconds(5)),
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return at(nowSeconds);
            }
          },
          outcomes::add);

  private static Instant at(long second) {
    return Instant.ofEpochSecond(second);
  }

  private static DeviceAddress device(int n) {
    return DeviceAddress.of("acme", "d" + n);
  }

  private void hears(int n, long second) {
    connected.put(device(n), new HeardDevice(device(n), second * 1_000, 60, true));
  }

  private static Heard heard(int n, long second) {
    return new Heard(device(n), at(second), 60, true);
  }

  private List<Heard> told(long second) {
    nowSeconds = second;
    reports.clear();
    reporter.tell();
    return reports.stream().flatMap(it -> it.heard().stream()).toList();
  }

  @Test
  void aReplicaThatHearsNothingSaysSo() {
    assertEquals(List.of(), told(1_000));
    var report = reports.getFirst();
    assertEquals("one", report.replica());
    assertEquals(BOOT, report.bootId());
    assertEquals(at(968), report.completeUntil());
    assertEquals(List.of(BOOT, OTHER), report.aliveBoots());
    assertEquals(List.of(Outcome.TAKEN), outcomes);
  }

  @Test
  void aDeviceThatGoesOnTalkingIsToldNowAndThen() {
    hears(1, 999);
    assertEquals(List.of(heard(1, 999)), told(1_000));
    hears(1, 1_009);
    assertEquals(List.of(), told(1_010));
    hears(1, 1_019);
    assertEquals(List.of(), told(1_020));
    hears(1, 1_029);
    assertEquals(List.of(heard(1, 1_029)), told(1_030));
    assertEquals(List.of(), told(1_060));
  }

  /** Whatever was heard before is told by then: silence after it is silence. */
  @Test
  void whatWasHeardBeforeItIsCompleteHasBeenTold() {
    hears(1, 999);
    told(1_000);
    hears(1, 1_001);
    for (long second = 1_010; second <= 1_100; second += 10) {
      var told = told(second);
      var complete = reports.getLast().completeUntil();
      if (!complete.isBefore(at(1_001))) {
        assertEquals(List.of(), told);
        return;
      }
      if (!told.isEmpty()) {
        assertEquals(List.of(heard(1, 1_001)), told);
      }
    }
    throw new AssertionError("it never was complete");
  }

  @Test
  void manyAreToldInBatchesOfWhichTheLastSaysThatItIsComplete() {
    for (int n = 0; n < 8; n++) {
      hears(n, 999);
    }
    assertEquals(8, told(1_000).size());
    assertEquals(List.of(3, 3, 2), reports.stream().map(it -> it.heard().size()).toList());
    assertNull(reports.get(0).completeUntil());
    assertNull(reports.get(1).completeUntil());
    assertNull(reports.get(1).aliveBoots());
    assertEquals(at(968), reports.get(2).completeUntil());
  }

  @Test
  void whatCouldNotBeToldIsToldTheNextTime() {
    for (int n = 0; n < 5; n++) {
      hears(n, 999);
    }
    registry =
        report ->
            reports.size() == 1
                ? Uni.createFrom().item(true)
                : Uni.createFrom().failure(new IllegalStateException("away"));
    assertThrows(IllegalStateException.class, () -> told(1_000));
    assertEquals(List.of(Outcome.TAKEN, Outcome.FAILED), outcomes);
    registry = report -> Uni.createFrom().item(true);
    assertEquals(List.of(heard(3, 999), heard(4, 999)), told(1_010));
    assertEquals(at(978), reports.getLast().completeUntil());
  }

  @Test
  void whatIsRefusedIsNotRepeated() {
    for (int n = 0; n < 5; n++) {
      hears(n, 999);
    }
    registry = report -> Uni.createFrom().item(reports.size() > 1);
    told(1_000);
    assertEquals(List.of(Outcome.REFUSED, Outcome.TAKEN), outcomes);
    assertEquals(List.of(), told(1_010));
  }

  @Test
  void withTheDatabaseAwayNobodyIsSaidToBeGone() {
    alive = Uni.createFrom().failure(new IllegalStateException("away"));
    told(1_000);
    assertNull(reports.getLast().aliveBoots());
    assertEquals(at(968), reports.getLast().completeUntil());
  }

  @Test
  void aDeviceWithAConnectionAndAGatewayIsToldOnce() {
    hears(1, 990);
    behind.put(device(1), new HeardDevice(device(1), 995_000, 0, false));
    assertEquals(List.of(heard(1, 995)), told(1_000));
  }

  @Test
  void whoHasGoneIsForgotten() {
    hears(1, 999);
    told(1_000);
    connected.clear();
    told(1_031);
    hears(1, 1_032);
    assertEquals(List.of(heard(1, 1_032)), told(1_033));
    assertTrue(outcomes.stream().allMatch(it -> it == Outcome.TAKEN));
  }
}
