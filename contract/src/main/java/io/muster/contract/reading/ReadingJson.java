package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonGenerator;
import io.muster.contract.reading.ReadingValue.ExactInteger;
import io.muster.contract.reading.ReadingValue.Flag;
import io.muster.contract.reading.ReadingValue.Number;
import io.muster.contract.reading.ReadingValue.Text;
import java.io.IOException;
import java.util.SortedMap;

/** Writes readings as devices send them. Stateless. */
public final class ReadingJson {
  private ReadingJson() {}

  /** The reading as one object, its time as the member {@code ts}. */
  public static void write(Reading reading, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (reading.time() != null) {
      json.writeStringField(JsonReadings.TIME, reading.time().toString());
    }
    writeMembers(reading.values(), json);
    json.writeEndObject();
  }

  /** The values as the members of the object that was begun. */
  public static void writeMembers(SortedMap<String, ReadingValue> values, JsonGenerator json)
      throws IOException {
    for (var member : values.entrySet()) {
      json.writeFieldName(member.getKey());
      write(member.getValue(), json);
    }
  }

  /** One value. A whole number is written without a fraction, as it mostly came. */
  public static void write(ReadingValue value, JsonGenerator json) throws IOException {
    switch (value) {
      case Number number -> writeNumber(number.value(), json);
      case ExactInteger integer -> json.writeNumber(integer.value());
      case Flag flag -> json.writeBoolean(flag.value());
      case Text text -> json.writeString(text.value());
    }
  }

  /** A finite number in the shortest form that gives it back. */
  public static void writeNumber(double number, JsonGenerator json) throws IOException {
    if (number == Math.rint(number) && Math.abs(number) <= ReadingValue.EXACT_IN_A_DOUBLE) {
      json.writeNumber((long) number);
    } else {
      json.writeNumber(number);
    }
  }
}
