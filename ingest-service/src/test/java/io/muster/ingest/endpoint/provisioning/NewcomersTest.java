package io.muster.ingest.endpoint.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.ingest.endpoint.ProvisioningConfig;
import io.muster.ingest.endpoint.provisioning.Newcomers.Full;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.rest.bans.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NewcomersTest {
  private static final UUID CLAIM = new UUID(0, 1);
  private static final Network HERE = Network.of("192.0.2.1");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<EndReason> ends = new ArrayList<>();

  /** Meters keep nobody alive whom they tell of. */
  private final List<Newcomers> kept = new ArrayList<>();

  private record Limits(int most, int mostPerClaim, int mostPerAddress)
      implements ProvisioningConfig {
    @Override
    public Duration stay() {
      return Duration.ofMinutes(5);
    }

    @Override
    public int packets() {
      return 10;
    }

    @Override
    public int payloadBytes() {
      return 1_024;
    }
  }

  private Newcomers of(int most, int mostPerClaim, int mostPerAddress) {
    kept.add(new Newcomers(new Limits(most, mostPerClaim, mostPerAddress), meters));
    return kept.getLast();
  }

  private Newcomers.Visit knock(Newcomers newcomers, Network from) {
    return newcomers.knock(from, (reason, detail) -> ends.add(reason));
  }

  private double present() {
    return meters.get("muster.endpoint.newcomers").gauge().value();
  }

  @Test
  void eachLimitKeepsOutTheNextOneUntilSomebodyLeaves() {
    for (var full : Full.values()) {
      var newcomers =
          switch (full) {
            case ALL -> of(2, 9, 9);
            case CLAIM -> of(9, 2, 9);
            case ADDRESS -> of(9, 9, 2);
          };
      var first = knock(newcomers, HERE);
      assertNull(first.enter(CLAIM, "a"));
      assertNull(knock(newcomers, HERE).enter(CLAIM, "b"));
      var next = knock(newcomers, HERE);
      assertEquals(full, next.enter(CLAIM, "c"));
      first.leave();
      assertNull(next.enter(CLAIM, "c"));
    }
  }

  @Test
  void otherClaimsAndAddressesHaveLimitsOfTheirOwn() {
    var newcomers = of(9, 1, 1);
    assertNull(knock(newcomers, HERE).enter(CLAIM, "a"));
    assertEquals(Full.CLAIM, knock(newcomers, Network.of("192.0.2.2")).enter(CLAIM, "b"));
    assertEquals(Full.ADDRESS, knock(newcomers, HERE).enter(new UUID(0, 2), "b"));
    assertNull(knock(newcomers, Network.of("192.0.2.2")).enter(new UUID(0, 2), "b"));
  }

  @Test
  void theNewerOfTwoWithOneClientIdentifierStaysAlsoWhenThereIsNoRoom() {
    var newcomers = of(1, 1, 1);
    var older = knock(newcomers, HERE);
    assertNull(older.enter(CLAIM, "a"));
    var newer = knock(newcomers, HERE);
    assertNull(newer.enter(CLAIM, "a"));
    assertEquals(List.of(EndReason.TAKEN_OVER), ends);
    older.leave();
    assertEquals(1, present());
    assertEquals(Full.ALL, knock(newcomers, HERE).enter(CLAIM, "b"));
    newer.leave();
    assertEquals(0, present());
  }

  @Test
  void leavingTwiceOrFromTheDoorTakesNobodysPlace() {
    var newcomers = of(9, 9, 9);
    knock(newcomers, HERE).leave();
    var one = knock(newcomers, HERE);
    assertNull(one.enter(CLAIM, "a"));
    assertNull(knock(newcomers, HERE).enter(CLAIM, "b"));
    one.leave();
    one.leave();
    assertEquals(1, present());
  }

  @Test
  void allAreEndedAlsoThoseAtTheDoor() {
    var newcomers = of(9, 9, 9);
    assertNull(knock(newcomers, HERE).enter(CLAIM, "a"));
    knock(newcomers, HERE);
    var gone = knock(newcomers, HERE);
    gone.leave();
    newcomers.endAll(EndReason.SHUTTING_DOWN, "");
    assertEquals(List.of(EndReason.SHUTTING_DOWN, EndReason.SHUTTING_DOWN), ends);
  }

  @Test
  void fiftyAtOnceLeaveNothingBehind() throws InterruptedException {
    var newcomers = of(10, 10, 10);
    var threads =
        IntStream.range(0, 50)
            .mapToObj(
                n ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              for (int i = 0; i < 200; i++) {
                                var visit = newcomers.knock(HERE, (reason, detail) -> {});
                                visit.enter(CLAIM, "client-" + (n + i) % 20);
                                visit.leave();
                              }
                            }))
            .toList();
    for (var thread : threads) {
      thread.join();
    }
    assertEquals(0, present());
    for (int i = 0; i < 10; i++) {
      assertNull(knock(newcomers, HERE).enter(CLAIM, "after-" + i));
    }
  }
}
