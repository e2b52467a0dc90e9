package io.muster.contract.reading;

import io.muster.contract.reading.ReadingValue.Number;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a device measured at one moment: at least one value under a name. Numbers, by far the most,
 * lie apart so that they can be stored without being looked at one by one. Immutable: nobody may
 * change the array. Thread-safe.
 *
 * @param time when, in whole microseconds, or null when the device did not say
 * @param numberFields the names of the numbers
 * @param numbers in the order of those names
 * @param others exact integers, flags and texts by name; no name of a number among them
 */
public record Reading(
    Instant time, FieldSet numberFields, double[] numbers, SortedMap<String, ReadingValue> others) {

  /** Of a row's fixed columns, or of one member that is not a number. */
  private static final int OVERHEAD_BYTES = 64;

  private static final SortedMap<String, ReadingValue> NO_OTHERS =
      Collections.unmodifiableSortedMap(new TreeMap<>());

  public Reading {
    if (numberFields.size() != numbers.length) {
      throw new IllegalArgumentException("as many numbers as names");
    }
    if (numbers.length == 0 && others.isEmpty()) {
      throw new IllegalArgumentException("a reading holds at least one value");
    }
  }

  /** A reading of numbers only. */
  static Reading ofNumbers(Instant time, FieldSet numberFields, double[] numbers) {
    return new Reading(time, numberFields, numbers, NO_OTHERS);
  }

  /**
   * A reading of any values.
   *
   * @param time is cut to whole microseconds; null for none
   */
  public static Reading of(Instant time, Map<String, ReadingValue> values) {
    var numbers = new TreeMap<String, Number>();
    var others = new TreeMap<String, ReadingValue>();
    values.forEach(
        (name, value) -> {
          if (value instanceof Number number) {
            numbers.put(name, number);
          } else {
            others.put(name, value);
          }
        });
    return new Reading(
        time == null ? null : ReadingTime.toMicroseconds(time),
        FieldSet.of(numbers.keySet().stream().toList()),
        numbers.values().stream().mapToDouble(Number::value).toArray(),
        Collections.unmodifiableSortedMap(others));
  }

  /** All values by name, in the natural order of the names. */
  public SortedMap<String, ReadingValue> values() {
    var all = new TreeMap<String, ReadingValue>(others);
    for (int i = 0; i < numbers.length; i++) {
      all.put(numberFields.names().get(i), new Number(numbers[i]));
    }
    return all;
  }

  /** The same values at that time. */
  public Reading at(Instant when) {
    return new Reading(ReadingTime.toMicroseconds(when), numberFields, numbers, others);
  }

  /**
   * What it takes as a row or in memory, about; with its names, as if no other reading had the
   * same.
   */
  public int bytes() {
    var bytes =
        OVERHEAD_BYTES + numberFields.canonicalNames().length + numbers.length * Double.BYTES;
    if (!others.isEmpty()) {
      for (var other : others.entrySet()) {
        bytes += OVERHEAD_BYTES + other.getKey().length();
        bytes += other.getValue() instanceof ReadingValue.Text text ? text.value().length() : 0;
      }
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Reading reading
        && Objects.equals(time, reading.time)
        && numberFields.equals(reading.numberFields)
        && Arrays.equals(numbers, reading.numbers)
        && others.equals(reading.others);
  }

  @Override
  public int hashCode() {
    return Objects.hash(time, numberFields, Arrays.hashCode(numbers), others);
  }

  @Override
  public String toString() {
    return "Reading[time=" + time + ", values=" + values() + "]";
  }
}
