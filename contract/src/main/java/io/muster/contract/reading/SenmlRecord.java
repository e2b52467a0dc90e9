package io.muster.contract.reading;

import static io.muster.contract.reading.SenmlReadings.notSenml;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.contract.reading.ReadingValue.Flag;
import io.muster.contract.reading.ReadingValue.Text;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.IOException;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/** One SenML record after another, each resolved by the base values so far. Not thread-safe. */
final class SenmlRecord {
  private static final int HIGHEST_VERSION = 10;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final Set<SenmlLabel> seen = EnumSet.noneOf(SenmlLabel.class);
  private String baseName;
  private double baseTime;
  private Object baseValue;
  private Object baseSum;
  private String name;
  private double time;
  private Object number;
  private Object sum;
  private ReadingValue other;

  void startPack() {
    baseName = "";
    baseTime = 0;
    baseValue = 0L;
    baseSum = 0L;
  }

  /**
   * @param parser at the record's START_OBJECT; afterwards at its END_OBJECT
   */
  void read(JsonParser parser, SenmlLabel.Notation notation) throws IOException, UnreadablePayload {
    seen.clear();
    name = "";
    time = 0;
    number = null;
    sum = null;
    other = null;
    String written;
    while ((written = parser.nextFieldName()) != null) {
      var label = notation.of(written);
      var token = parser.nextToken();
      if (label == null) {
        requireIgnorable(written, token);
      } else if (!seen.add(label)) {
        throw ReadingAssembly.twice();
      } else {
        member(parser, label, token);
      }
    }
    requireSense();
  }

  private void member(JsonParser parser, SenmlLabel label, JsonToken token)
      throws IOException, UnreadablePayload {
    switch (label) {
      case BASE_VERSION -> requireVersion(number(parser, token));
      case BASE_NAME -> baseName = text(parser, token);
      case BASE_TIME -> baseTime = asDouble(number(parser, token));
      case BASE_VALUE -> baseValue = number(parser, token);
      case BASE_SUM -> baseSum = number(parser, token);
      case NAME -> name = text(parser, token);
      case TIME -> time = asDouble(number(parser, token));
      case VALUE -> number = number(parser, token);
      case SUM -> sum = number(parser, token);
      case TEXT_VALUE -> other = new Text(text(parser, token));
      case FLAG_VALUE -> other = new Flag(flag(token));
      case DATA_VALUE -> other = new Text(data(parser, token));
      case BASE_UNIT, UNIT -> text(parser, token);
      case UPDATE_TIME -> number(parser, token);
    }
  }

  /** Unknown members are passed over, but for those that must be understood (RFC 8428 §4.4). */
  private static void requireIgnorable(String written, JsonToken token) throws UnreadablePayload {
    if (written.endsWith("_") || token == null || token.isStructStart()) {
      throw notSenml("a SenML record has a member that is not understood");
    }
  }

  private static void requireVersion(Object version) throws UnreadablePayload {
    if (asDouble(version) > HIGHEST_VERSION) {
      throw notSenml("the SenML version is later than " + HIGHEST_VERSION);
    }
  }

  private void requireSense() throws UnreadablePayload {
    if (seen.stream().filter(SenmlLabel::isValue).count() > 1) {
      throw notSenml("a SenML record has more than one value");
    }
    if (!hasValue() && seen.stream().noneMatch(SenmlLabel::isBase)) {
      throw notSenml("a SenML record has no value");
    }
    if (hasValue() && nameCharacters() == 0) {
      throw notSenml("a SenML record has no name");
    }
  }

  boolean hasValue() {
    return number != null || other != null || sum != null;
  }

  String name() {
    return baseName + name;
  }

  /** Of the name, which a long base name makes long without a byte in the record itself. */
  int nameCharacters() {
    return baseName.length() + name.length();
  }

  /** In seconds; 0 is now. */
  double time() throws UnreadablePayload {
    var resolved = baseTime + time;
    if (!Double.isFinite(resolved)) {
      throw ReadingTime.malformed();
    }
    return resolved + 0.0;
  }

  /** The value with the base value, or null. */
  ReadingValue value() throws UnreadablePayload {
    return number == null ? other : plus(baseValue, number);
  }

  /** The sum with the base sum, or null. */
  ReadingValue sum() throws UnreadablePayload {
    return sum == null ? null : plus(baseSum, sum);
  }

  private static ReadingValue plus(Object base, Object value) throws UnreadablePayload {
    if (base instanceof Long a && value instanceof Long b) {
      try {
        return ReadingValue.ofInteger(Math.addExact(a, b));
      } catch (ArithmeticException overflow) {
        throw new UnreadablePayload(Reason.UNSTORABLE_VALUE, "an integer is beyond 64 bits");
      }
    }
    var sum = asDouble(base) + asDouble(value);
    if (!Double.isFinite(sum)) {
      throw new UnreadablePayload(Reason.UNSTORABLE_VALUE, "a number is beyond a double or NaN");
    }
    return new ReadingValue.Number(sum);
  }

  private static double asDouble(Object number) {
    return ((Number) number).doubleValue();
  }

  /** A Long or a Double. */
  private static Object number(JsonParser parser, JsonToken token)
      throws IOException, UnreadablePayload {
    return switch (token) {
      case VALUE_NUMBER_INT -> Numbers.integer(parser);
      case VALUE_NUMBER_FLOAT -> Numbers.decimal(parser);
      case null, default -> throw notSenml("a SenML number is not a number");
    };
  }

  private static String text(JsonParser parser, JsonToken token)
      throws IOException, UnreadablePayload {
    if (token != JsonToken.VALUE_STRING) {
      throw notSenml("a SenML text is not a text");
    }
    return parser.getText();
  }

  private static boolean flag(JsonToken token) throws UnreadablePayload {
    if (token == null || !token.isBoolean()) {
      throw notSenml("a SenML boolean is not a boolean");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private static String data(JsonParser parser, JsonToken token)
      throws IOException, UnreadablePayload {
    return token == JsonToken.VALUE_EMBEDDED_OBJECT
        ? BASE64.encodeToString(parser.getBinaryValue())
        : text(parser, token);
  }
}
