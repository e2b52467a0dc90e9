package io.muster.contract.reading;

import io.muster.contract.reading.ReadingValue.ExactInteger;
import io.muster.contract.reading.ReadingValue.Flag;
import io.muster.contract.reading.ReadingValue.Text;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Gathers the values of one reading after another. Not thread-safe. */
final class ReadingAssembly {
  /** For each lane; holds some five thousand kinds of devices with ten names each. */
  private static final int KNOWN_NAMES_CHARACTERS = 8 * 1024 * 1024;

  private final ReadingLimits limits;
  private final FieldSetCache cache = new FieldSetCache(KNOWN_NAMES_CHARACTERS);
  private FieldSetCache.Node numberNames;
  private double[] numbers = new double[16];
  private SortedMap<String, ReadingValue> others;
  private Instant time;

  ReadingAssembly(ReadingLimits limits) {
    this.limits = limits;
  }

  void start() {
    numberNames = cache.start();
    others = null;
    time = null;
  }

  void time(Instant value) {
    time = value;
  }

  boolean hasTime() {
    return time != null;
  }

  void number(String name, double value) throws UnreadablePayload {
    if (!Double.isFinite(value)) {
      throw new UnreadablePayload(Reason.UNSTORABLE_VALUE, "a number is beyond a double or NaN");
    }
    admit(name);
    var at = numberNames.size();
    if (at == numbers.length) {
      numbers = Arrays.copyOf(numbers, at * 2);
    }
    numbers[at] = value + 0.0; // -0.0 becomes 0.0
    numberNames = cache.next(numberNames, name);
  }

  void integer(String name, long value) throws UnreadablePayload {
    if (ExactInteger.isNumber(value)) {
      number(name, value);
    } else {
      other(name, new ExactInteger(value));
    }
  }

  void flag(String name, boolean value) throws UnreadablePayload {
    other(name, new Flag(value));
  }

  void text(String name, String value) throws UnreadablePayload {
    if (value.length() > limits.textCharacters()) {
      throw new UnreadablePayload(
          Reason.TOO_LARGE, "a text is longer than " + limits.textCharacters() + " characters");
    }
    requireStorable(value);
    other(name, new Text(value));
  }

  private void other(String name, ReadingValue value) throws UnreadablePayload {
    admit(name);
    if (others == null) {
      others = new TreeMap<>();
    }
    if (others.put(name, value) != null) {
      throw twice();
    }
  }

  private void admit(String name) throws UnreadablePayload {
    if (numberNames.size() + (others == null ? 0 : others.size()) >= limits.fieldsPerReading()) {
      throw new UnreadablePayload(
          Reason.TOO_MANY_FIELDS,
          "a reading has more than " + limits.fieldsPerReading() + " fields");
    }
    if (name.isEmpty()) {
      throw new UnreadablePayload(Reason.NOT_A_READING, "a field has no name");
    }
    requireName(name.length(), limits);
    requireStorable(name);
  }

  static void requireName(int characters, ReadingLimits limits) throws UnreadablePayload {
    if (characters > limits.nameCharacters()) {
      throw new UnreadablePayload(
          Reason.TOO_LARGE, "a name is longer than " + limits.nameCharacters() + " characters");
    }
  }

  /** What PostgreSQL's text can hold, and UTF-8 can carry. */
  private static void requireStorable(String text) throws UnreadablePayload {
    for (int i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      var pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (c == 0 || Character.isSurrogate(c)) {
        throw new UnreadablePayload(
            Reason.UNSTORABLE_VALUE,
            c == 0 ? "a text holds U+0000" : "a text holds half a surrogate pair");
      }
    }
  }

  /** The reading that was gathered. */
  Reading finish() throws UnreadablePayload {
    var fields = numberNames.fields();
    if (fields == null) {
      throw twice();
    }
    if (others == null) {
      if (fields.size() == 0) {
        throw new UnreadablePayload(Reason.NOT_A_READING, "a reading holds no value");
      }
      return Reading.ofNumbers(time, fields, numberNames.arranged(numbers));
    }
    for (var name : fields.names()) {
      if (others.containsKey(name)) {
        throw twice();
      }
    }
    return new Reading(
        time, fields, numberNames.arranged(numbers), Collections.unmodifiableSortedMap(others));
  }

  static UnreadablePayload twice() {
    return new UnreadablePayload(Reason.NOT_A_READING, "a member comes twice");
  }
}
