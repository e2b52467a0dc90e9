package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a SenML pack (RFC 8428) in JSON or CBOR. Records of the same resolved time become one
 * reading; a field's name is the resolved name, base name and name; a sum is the field {@code
 * {name}#sum} (no SenML name holds a {@code #}); data are a text in base64url. Units are not kept.
 * Not thread-safe.
 */
final class SenmlReadings {
  /** Times below 2^28 count from now (RFC 8428 §4.5.3). */
  private static final double RELATIVE_BELOW = 1 << 28;

  private static final String SUM = "#sum";

  private final ReadingLimits limits;
  private final ReadingAssembly assembly;
  private final SenmlRecord senml = new SenmlRecord();

  SenmlReadings(ReadingLimits limits, ReadingAssembly assembly) {
    this.limits = limits;
    this.assembly = assembly;
  }

  /**
   * @param labels how the members are written
   * @param now what relative times count from
   */
  Decoded read(JsonParser parser, SenmlLabel.Notation labels, Instant now)
      throws IOException, UnreadablePayload {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw notSenml("a SenML pack is an array");
    }
    senml.startPack();
    // By resolved time in seconds; several of one time when a name comes twice.
    var byTime = new LinkedHashMap<Double, List<Map<String, ReadingValue>>>();
    var readings = 0;
    JsonToken token;
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      if (token != JsonToken.START_OBJECT) {
        throw notSenml("a SenML record is an object");
      }
      senml.read(parser, labels);
      if (senml.hasValue()) {
        readings += place(byTime.computeIfAbsent(senml.time(), time -> new ArrayList<>()));
        Numbers.requireRoom(readings - 1, limits);
      }
    }
    Numbers.requireEnd(parser);
    if (byTime.isEmpty()) {
      throw notSenml("the SenML pack holds no value");
    }
    return new Decoded(assembled(byTime, now), null, null);
  }

  /** Puts the record's values into the first reading of its time that has not got the name. */
  private int place(List<Map<String, ReadingValue>> sameTime) throws UnreadablePayload {
    ReadingAssembly.requireName(senml.nameCharacters(), limits);
    var name = senml.name();
    var before = sameTime.size();
    var values = senml.value();
    var sum = senml.sum();
    // Only the last can have room: the others were full of the names that made the next one begin.
    var last = before == 0 ? null : sameTime.getLast();
    var taken =
        last == null
            || (values != null && last.containsKey(name))
            || (sum != null && last.containsKey(name + SUM));
    var reading = taken ? new LinkedHashMap<String, ReadingValue>() : last;
    if (taken) {
      sameTime.add(reading);
    }
    if (values != null) {
      reading.put(name, values);
    }
    if (sum != null) {
      reading.put(name + SUM, sum);
    }
    if (reading.size() > limits.fieldsPerReading()) {
      throw new UnreadablePayload(
          Reason.TOO_MANY_FIELDS,
          "a reading has more than " + limits.fieldsPerReading() + " fields");
    }
    return sameTime.size() - before;
  }

  private List<Reading> assembled(Map<Double, List<Map<String, ReadingValue>>> byTime, Instant now)
      throws UnreadablePayload {
    var readings = new ArrayList<Reading>();
    for (var entry : byTime.entrySet()) {
      var time = resolved(entry.getKey(), now);
      for (var values : entry.getValue()) {
        readings.add(assembled(time, values));
      }
    }
    return readings;
  }

  private Reading assembled(Instant time, Map<String, ReadingValue> values)
      throws UnreadablePayload {
    assembly.start();
    assembly.time(time);
    for (var value : values.entrySet()) {
      switch (value.getValue()) {
        case ReadingValue.Number number -> assembly.number(value.getKey(), number.value());
        case ReadingValue.ExactInteger integer -> assembly.integer(value.getKey(), integer.value());
        case ReadingValue.Flag flag -> assembly.flag(value.getKey(), flag.value());
        case ReadingValue.Text text -> assembly.text(value.getKey(), text.value());
      }
    }
    return assembly.finish();
  }

  /** No time at all means now, which whoever receives it knows best: null. */
  private static Instant resolved(double seconds, Instant now) throws UnreadablePayload {
    if (seconds == 0) {
      return null;
    }
    if (seconds >= RELATIVE_BELOW) {
      return ReadingTime.ofSeconds(seconds);
    }
    if (seconds < -Integer.MAX_VALUE) {
      throw ReadingTime.malformed();
    }
    var micros = BigDecimal.valueOf(seconds).movePointRight(6).longValue();
    return ReadingTime.toMicroseconds(now).plusNanos(micros * 1_000);
  }

  static UnreadablePayload notSenml(String message) {
    return new UnreadablePayload(Reason.NOT_A_READING, message);
  }
}
