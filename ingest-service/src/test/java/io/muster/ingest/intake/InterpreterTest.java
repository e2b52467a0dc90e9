package io.muster.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingLimits;
import io.muster.contract.topic.DeviceTopic;
import io.muster.outbox.EventIds;
import io.opentelemetry.context.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InterpreterTest {
  private static final Instant NOW = Instant.parse("2026-02-04T17:51:00.123456789Z");

  private final DeviceAddress device = DeviceAddress.of("acme", "one");
  private final Interpreter interpreter =
      new Interpreter(
          ReadingLimits.DEFAULT, () -> TestIntake.TIMES, new EventIds(Clock.systemUTC()));

  private Publication publication(DeviceTopic topic, int readings, Instant receivedAt) {
    var payload =
        IntStream.range(0, readings)
            .mapToObj(i -> "{\"pulse\":1}")
            .collect(Collectors.joining(",", "[", "]"));
    return new Publication(
        topic,
        device,
        payload.getBytes(UTF_8),
        1,
        false,
        null,
        Map.of(),
        receivedAt,
        null,
        Context.root());
  }

  private List<Instant> times(int readings, Instant receivedAt) {
    var topic = new DeviceTopic.Telemetry(device);
    return ((Content.Readings)
            interpreter.interpret(publication(topic, readings, receivedAt), null))
        .readings().stream().map(Reading::time).toList();
  }

  @Test
  void givesNoTimeTwiceHoweverManyReadingsComeInOneMoment() {
    var all = new ArrayList<Instant>();
    for (int i = 0; i < 150; i++) {
      all.addAll(times(10_000, NOW)); // in all 1.5 seconds ahead
    }
    assertEquals(all.size(), new HashSet<>(all).size());
    assertEquals(NOW.minusNanos(789), all.getFirst());
  }

  @Test
  void givesNoTimeTwiceWhenTheClockIsSetBack() {
    var all = new ArrayList<Instant>();
    for (int i = 0; i < 60; i++) {
      all.addAll(times(2, NOW.plusSeconds(i)));
    }
    for (int i = 0; i < 60; i++) {
      all.addAll(times(2, NOW.plusSeconds(i)));
    }
    assertEquals(all.size(), new HashSet<>(all).size());
  }

  @Test
  void followsTheClockBackFromATimeThatItOnlyShowedForAMoment() {
    times(1, NOW.plus(Duration.ofDays(3_650)));
    assertTrue(times(1, NOW).getFirst().isBefore(NOW.plusSeconds(1)));
  }

  @Test
  void aReplayedMessageHasTheSameIdAtEachAttemptAndNotTheLetters() {
    var letter = UUID.randomUUID();
    var publication = publication(new DeviceTopic.Presence(device), 1, NOW);
    var first = ((Content.Message) interpreter.interpret(publication, letter)).entry().id();
    var second = ((Content.Message) interpreter.interpret(publication, letter)).entry().id();
    assertEquals(first, second);
    assertNotEquals(letter, first);
    assertEquals(8, first.version());
    assertEquals(2, first.variant());
  }
}
