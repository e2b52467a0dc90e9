package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.IOException;
import java.time.Instant;

/** What both decoders ask of Jackson's parser. */
final class Numbers {
  /** A sign and the digits of 2^63. */
  private static final int LONGEST_INTEGER = 20;

  private Numbers() {}

  /** The integer at the parser's token, without ever building one of a thousand digits. */
  static long integer(JsonParser parser) throws IOException, UnreadablePayload {
    if (parser.getTextLength() > LONGEST_INTEGER
        || parser.getNumberType() == NumberType.BIG_INTEGER) {
      throw new UnreadablePayload(Reason.UNSTORABLE_VALUE, "an integer is beyond 64 bits");
    }
    return parser.getLongValue();
  }

  /** The {@code ts} at the parser's token. */
  static Instant time(JsonParser parser, JsonToken token) throws IOException, UnreadablePayload {
    return switch (token) {
      case VALUE_STRING -> ReadingTime.parse(parser.getText());
      case VALUE_NUMBER_INT -> {
        if (parser.getTextLength() > LONGEST_INTEGER
            || parser.getNumberType() == NumberType.BIG_INTEGER) {
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
