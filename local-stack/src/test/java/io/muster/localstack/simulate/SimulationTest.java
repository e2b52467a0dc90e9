package io.muster.localstack.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.localstack.SettableClock;
import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private static final Instant MIDNIGHT = Instant.parse("2026-06-01T00:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void theAfternoonIsWarmerAndDrierThanTheNight() throws IOException {
    var climate = new Climate(new Random(1), MIDNIGHT);
    var night = JSON.readTree(climate.reading(MIDNIGHT.plus(Duration.ofHours(3))));
    var day = JSON.readTree(climate.reading(MIDNIGHT.plus(Duration.ofHours(15))));
    assertTrue(day.get("temperature").asDouble() > night.get("temperature").asDouble() + 1);
    assertTrue(day.get("humidity").asDouble() < night.get("humidity").asDouble());
  }

  @Test
  void aYearStaysWithinWhatSensorsSay() throws IOException {
    var climate = new Climate(new Random(2), MIDNIGHT);
    for (var hour = 0; hour < 365 * 24; hour++) {
      var reading = JSON.readTree(climate.reading(MIDNIGHT.plus(Duration.ofHours(hour))));
      assertWithin(reading, "temperature", 5, 40);
      assertWithin(reading, "humidity", 5, 95);
      assertWithin(reading, "battery", 0, 100);
    }
  }

  @Test
  void readingsAreDueOneIntervalApart() {
    var source = source("1/s", "0", MIDNIGHT.plusSeconds(10));
    var first = source.nextDue().orElseThrow();
    source.next();
    assertEquals(first.plusSeconds(1), source.nextDue().orElseThrow());
  }

  @Test
  void itEnds() {
    var source = source("1/s", "0", MIDNIGHT.plusSeconds(2));
    source.next();
    source.next();
    assertTrue(source.nextDue().isEmpty());
  }

  @Test
  void whatIsTooOldIsGivenUp() {
    var clock = new SettableClock(MIDNIGHT);
    var source = source("1/s", "0", MIDNIGHT.plus(Duration.ofDays(1)), clock);
    clock.advance(Duration.ofHours(1));
    var oldest = source.nextDue().orElseThrow();
    assertEquals(Duration.ofMinutes(2), Duration.between(oldest, clock.instant()));
  }

  @Test
  void theShareOfBadPayloadsIsKept() {
    var source = source("1/s", "10%", MIDNIGHT.plus(Duration.ofDays(1)));
    var bad = 0;
    for (var i = 0; i < 10_000; i++) {
      var payload = new String(source.next(), java.nio.charset.StandardCharsets.UTF_8);
      bad += payload.contains("\"battery\"") ? 0 : 1;
    }
    assertTrue(bad > 800 && bad < 1200, bad + " of 10,000");
  }

  @ParameterizedTest
  @CsvSource({"1/s,PT1S", "10/m,PT6S", "1/30s,PT30S", "0.5/s,PT2S", "1000/s,PT0.001S"})
  void readsRates(String text, Duration expected) {
    assertEquals(expected, MessageRate.parse(text).interval());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "0/s", "-1/s", "1/", "x/s", "5000/s", "1/fortnight"})
  void refusesOtherRates(String text) {
    assertThrows(UserMistake.class, () -> MessageRate.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "101%", "-1%", "2"})
  void refusesOtherShares(String text) {
    assertThrows(UserMistake.class, () -> Share.parse("--bad-payloads", text));
  }

  private static void assertWithin(JsonNode reading, String field, double low, double high) {
    var value = reading.get(field).asDouble();
    assertTrue(value >= low && value <= high, field + " " + value);
  }

  private static SensorSource source(String rate, String bad, Instant end) {
    return source(rate, bad, end, new SettableClock(MIDNIGHT));
  }

  private static SensorSource source(String rate, String bad, Instant end, SettableClock clock) {
    var random = new Random(3);
    return new SensorSource(
        new Climate(random, MIDNIGHT),
        random,
        MessageRate.parse(rate),
        Share.parse("--bad-payloads", bad),
        clock,
        MIDNIGHT,
        end);
  }
}
