package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AggregationTest {
  private static final Bucket MINUTE = Bucket.of("PT1M");
  private static final EnumSet<Aggregate> ALL = EnumSet.allOf(Aggregate.class);

  @Test
  void sumsUpEachBucketAndLeavesEmptyOnesOut() {
    var aggregation = new Aggregation(MINUTE, ALL, bounds(100, 1_000));
    aggregation.add(
        List.of(
            at("2026-01-01T00:00:00Z", 1.5),
            at("2026-01-01T00:00:59.999999Z", 0.5),
            at("2026-01-01T00:02:00Z", 7)));
    var page = aggregation.page();
    assertNull(page.next());
    assertEquals(2, page.items().size());
    assertEquals(Instant.parse("2026-01-01T00:00:00Z"), page.items().get(0).time());
    assertEquals(
        Map.of(
            "t",
            Map.of(
                "count", 2L, "sum", 2L, "avg", 1L, "min", 0.5, "max", 1.5, "first", 1.5, "last",
                0.5)),
        page.items().get(0).values());
    assertEquals(Instant.parse("2026-01-01T00:02:00Z"), page.items().get(1).time());
  }

  @Test
  void showsOfTextsOnlyWhatTextsHave() {
    var aggregation = new Aggregation(MINUTE, ALL, bounds(100, 1_000));
    aggregation.add(
        List.of(
            reading("2026-01-01T00:00:00Z", new ReadingValue.Text("on")),
            reading("2026-01-01T00:00:01Z", new ReadingValue.Flag(true))));
    assertEquals(
        Map.of("t", Map.of("count", 2L, "first", "on", "last", true)),
        aggregation.page().items().get(0).values());
  }

  @Test
  void comparesExactIntegersExactly() {
    var aggregation =
        new Aggregation(MINUTE, EnumSet.of(Aggregate.MIN, Aggregate.MAX), bounds(100, 1_000));
    aggregation.add(
        List.of(
            reading("2026-01-01T00:00:00Z", new ReadingValue.ExactInteger(9007199254740993L)),
            at("2026-01-01T00:00:01Z", 9007199254740992.0),
            reading("2026-01-01T00:00:02Z", new ReadingValue.ExactInteger(Long.MAX_VALUE))));
    assertEquals(
        Map.of("t", Map.of("min", 9007199254740992L, "max", Long.MAX_VALUE)),
        aggregation.page().items().get(0).values());
  }

  @Test
  void endsAPageAtTheLimitAndGoesOnWithTheNextBucket() {
    var aggregation = new Aggregation(MINUTE, ALL, bounds(1, 1_000));
    aggregation.add(List.of(at("2026-01-01T00:00:00Z", 1), at("2026-01-01T00:05:30Z", 2)));
    assertTrue(aggregation.isFull());
    var page = aggregation.page();
    assertEquals(1, page.items().size());
    var next = TimeCursor.read(page.next(), null);
    assertEquals(Instant.parse("2026-01-01T00:05:00Z"), next.time());
  }

  @Test
  void endsAPageEarlyAfterManyRowsButNeverWithinABucket() {
    var aggregation = new Aggregation(MINUTE, ALL, bounds(100, 2));
    aggregation.add(
        List.of(
            at("2026-01-01T00:00:00Z", 1),
            at("2026-01-01T00:00:01Z", 1),
            at("2026-01-01T00:00:02Z", 1),
            at("2026-01-01T00:01:00Z", 2)));
    var page = aggregation.page();
    assertEquals(1, page.items().size());
    assertEquals(3L, ((Map<?, ?>) page.items().get(0).values().get("t")).get("count"));
    assertNotNull(page.next());
  }

  @ParameterizedTest
  @CsvSource({
    "PT15M, 2026-01-01T00:14:59.999999Z, 2026-01-01T00:00:00Z",
    "PT1H, 1969-12-31T23:59:59Z, 1969-12-31T23:00:00Z",
    "P1D, 2026-02-28T23:59:59Z, 2026-02-28T00:00:00Z",
    "P1W, 1970-01-07T23:59:59Z, 1970-01-01T00:00:00Z",
    "PT0.000001S, 2026-01-01T00:00:00.000001Z, 2026-01-01T00:00:00.000001Z",
    "PT7M, 1970-01-01T00:06:59Z, 1970-01-01T00:00:00Z"
  })
  void bucketsBeginWhereEpochsWould(String length, Instant time, Instant start) {
    assertEquals(start, Bucket.of(length).startOf(time));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1h", "PT0S", "PT-1M", "P1M", "P1Y", "PT0.0000001S", "P9999D"})
  void refusesLengthsThatAreNoBucket(String length) {
    assertThrows(RefusedException.class, () -> Bucket.of(length));
  }

  @Test
  void endsAPageEarlyWhenItIsLarge() {
    var aggregation =
        new Aggregation(MINUTE, ALL, new Aggregation.Bounds(10_000, 1_000_000, 10_000, 1_000));
    for (int minute = 0; minute < 60 && !aggregation.isFull(); minute++) {
      aggregation.add(
          List.of(
              reading(
                  Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60L * minute).toString(),
                  new ReadingValue.Text("x".repeat(1_000)))));
    }
    assertTrue(aggregation.isFull());
    var page = aggregation.page();
    assertEquals(3, page.items().size());
    assertEquals(Instant.parse("2026-01-01T00:03:00Z"), TimeCursor.read(page.next(), null).time());
  }

  @Test
  void refusesABucketWithTooManyFieldsAndAsksForSome() {
    var aggregation =
        new Aggregation(MINUTE, ALL, new Aggregation.Bounds(100, 1_000, 1_000_000, 5));
    var values = new TreeMap<String, ReadingValue>();
    for (int i = 0; i < 6; i++) {
      values.put("f" + i, new ReadingValue.Number(i));
    }
    var wide = new StoredReading(Instant.EPOCH, new UUID(1, 1), values);
    var refused =
        assertThrows(RefusedException.class, () -> aggregation.add(List.of(wide))).refusal();
    assertEquals("fields", ((Refusal.Meaningless) refused).errors().getFirst().parameter());
  }

  private static Aggregation.Bounds bounds(int buckets, long rows) {
    return new Aggregation.Bounds(buckets, rows, 1_000_000, 1_000);
  }

  private static StoredReading at(String time, double value) {
    return reading(time, new ReadingValue.Number(value));
  }

  private static StoredReading reading(String time, ReadingValue value) {
    return new StoredReading(
        Instant.parse(time), new UUID(1, 1), new TreeMap<>(Map.of("t", value)));
  }
}
