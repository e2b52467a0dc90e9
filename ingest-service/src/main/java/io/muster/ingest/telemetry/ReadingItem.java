package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A reading as it is shown.
 *
 * @param time when
 * @param values numbers, booleans and texts by name
 */
@RegisterForReflection
@Schema(name = "Reading")
public record ReadingItem(
    Instant time,
    @Schema(
            description = "Numbers, booleans and strings by name",
            examples = "{\"temperature\":21.5}")
        Map<String, Object> values) {

  static ReadingItem of(StoredReading reading) {
    return new ReadingItem(reading.time(), plain(reading.values()));
  }

  /** The values as JSON shall have them. */
  public static Map<String, Object> plain(SortedMap<String, ReadingValue> values) {
    var plain = LinkedHashMap.<String, Object>newLinkedHashMap(values.size());
    values.forEach((name, value) -> plain.put(name, plain(value)));
    return plain;
  }

  /** As JSON shall have it: a whole number without a fraction, as it mostly came. */
  static Object plain(ReadingValue value) {
    return switch (value) {
      case ReadingValue.Number number -> plain(number.value());
      case ReadingValue.ExactInteger integer -> integer.value();
      case ReadingValue.Flag flag -> flag.value();
      case ReadingValue.Text text -> text.value();
    };
  }

  static Object plain(double number) {
    var whole = number == Math.rint(number) && Math.abs(number) <= ReadingValue.EXACT_IN_A_DOUBLE;
    if (whole) {
      return (long) number;
    }
    return number;
  }
}
