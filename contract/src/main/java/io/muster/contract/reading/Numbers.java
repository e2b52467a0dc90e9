package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORParser;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.IOException;
import java.time.Instant;

/** What both decoders ask of Jackson's parser. */
final class Numbers {
  /** A sign and the digits of 2^63. */
  private static final int LONGEST_INTEGER = 20;

  /** Twice what any double needs; CBOR's decimal fractions may be of any length. */
  private static final int LONGEST_FRACTION_BITS = 4_096;

  private Numbers() {}

  /** The integer at the parser's token, without ever building one of a thousand digits. */
  static long integer(JsonParser parser) throws IOException, UnreadablePayload {
    if (isBeyond64Bits(parser)) {
      throw new UnreadablePayload(Reason.UNSTORABLE_VALUE, "an integer is beyond 64 bits");
    }
    return parser.getLongValue();
  }

  /**
   * JSON's parser holds the digits, CBOR's the number: asked for what it does not hold, either
   * would make the one from the other, at a cost that grows with the square of its length.
   */
  private static boolean isBeyond64Bits(JsonParser parser) throws IOException {
    return (!(parser instanceof CBORParser) && parser.getTextLength() > LONGEST_INTEGER)
        || parser.getNumberType() == NumberType.BIG_INTEGER;
  }

  /** The number with a fraction at the parser's token; infinite when no double is as large. */
  static double decimal(JsonParser parser) throws IOException, UnreadablePayload {
    if (parser instanceof CBORParser
        && parser.getNumberType() == NumberType.BIG_DECIMAL
        && parser.getDecimalValue().unscaledValue().bitLength() > LONGEST_FRACTION_BITS) {
      throw new UnreadablePayload(Reason.UNSTORABLE_VALUE, "a number has too many digits");
    }
    return parser.getDoubleValue();
  }

  /** The {@code ts} at the parser's token. */
  static Instant time(JsonParser parser, JsonToken token) throws IOException, UnreadablePayload {
    return switch (token) {
      case VALUE_STRING -> ReadingTime.parse(parser.getText());
      case VALUE_NUMBER_INT -> {
        if (isBeyond64Bits(parser)) {
          throw ReadingTime.malformed();
        }
        yield ReadingTime.ofMilliseconds(parser.getLongValue());
      }
      case VALUE_NUMBER_FLOAT -> ReadingTime.ofMilliseconds(parser.getDoubleValue());
      case null, default -> throw ReadingTime.malformed();
    };
  }

  static void requireRoom(int readings, ReadingLimits limits) throws UnreadablePayload {
    if (readings >= limits.readingsPerMessage()) {
      throw new UnreadablePayload(
          Reason.TOO_MANY_READINGS,
          "the message holds more than " + limits.readingsPerMessage() + " readings");
    }
  }

  static void requireEnd(JsonParser parser) throws IOException, UnreadablePayload {
    if (parser.nextToken() != null) {
      throw new UnreadablePayload(Reason.MALFORMED, "something follows the payload's end");
    }
  }
}
