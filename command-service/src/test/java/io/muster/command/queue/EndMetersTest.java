package io.muster.command.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.command.life.Command;
import io.muster.command.life.Happening;
import io.muster.command.life.Outcome;
import io.muster.command.life.Reason;
import io.muster.command.life.State;
import io.muster.command.life.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EndMetersTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EndMeters ends = new EndMeters(meters);

  @Test
  void everyEndIsThereBeforeTheFirst() {
    var known =
        meters.get("muster.command.ended").counters().stream()
            .map(it -> State.of(it.getId().getTag("state")))
            .collect(Collectors.toSet());
    // Those of one-way commands, which have ended before.
    var all = EnumSet.of(State.SENT, State.DELIVERED);
    Arrays.stream(State.values()).filter(State::isFinal).forEach(all::add);
    assertEquals(all, known);
    assertEquals(all.size(), meters.get("muster.command.duration").timers().size());
  }

  @Test
  void everyReasonIsThereBeforeTheFirst() throws IllegalAccessException {
    var known =
        meters.get("muster.command.ended").counters().stream()
            .map(it -> it.getId().getTag("reason"))
            .collect(Collectors.toSet());
    var all = new HashSet<>(Set.of("none"));
    for (var reason : Reason.class.getFields()) {
      all.add((String) reason.get(null));
    }
    assertEquals(all, known);
  }

  @Test
  void eachEndCountsWithItsReasonAndItsTime() {
    ends.written(
        new Written(
            List.of(),
            0,
            List.of(
                new Ended(State.SUCCEEDED, null, Duration.ofMillis(300)),
                new Ended(State.SUCCEEDED, null, Duration.ofMillis(-5)),
                new Ended(State.TIMED_OUT, "no-answer", Duration.ofMinutes(1)))));
    assertEquals(2, count("succeeded", "none"));
    assertEquals(1, count("timed-out", "no-answer"));
    assertEquals(0, count("timed-out", "not-finished"));
    var took = meters.get("muster.command.duration").tag("state", "succeeded").timer();
    assertEquals(2, took.count());
    assertEquals(0.3, took.totalTime(TimeUnit.SECONDS), 0.001);
  }

  @Test
  void onlyWhatHasEndedCountsFromWhenSomebodyAskedForIt() {
    var terms =
        new Terms(
            false,
            1,
            T0.plusSeconds(60),
            Duration.ofMinutes(1),
            0,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    var queued = Command.queued(1, UUID.randomUUID(), "x", terms, T0);
    var course = new Course(queued, false, T0);
    assertEquals(Optional.empty(), course.ended());
    var cancelled = queued.apply(new Happening.Cancelled(null, T0.plusSeconds(7)));
    course.goOn(((Outcome.Changed) cancelled).command());
    assertEquals(
        new Ended(State.CANCELLED, "before-sending", Duration.ofSeconds(7)),
        course.ended().orElseThrow());
  }

  private double count(String state, String reason) {
    return meters
        .get("muster.command.ended")
        .tag("state", state)
        .tag("reason", reason)
        .counter()
        .count();
  }
}
