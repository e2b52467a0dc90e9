package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The time that an event gives itself: the member {@code ts} of its JSON object. Thread-safe. */
public final class EventTime {
  /** Remembers no names: they are a stranger's, and this one is shared and lives for ever. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private EventTime() {}

  /** Empty when the payload is anything else, as an event may be. */
  public static Optional<Instant> of(byte[] payload) {
    if (payload.length == 0 || payload[0] != '{') {
      return Optional.empty();
    }
    try (var parser = JSON.createParser(payload)) {
      parser.nextToken();
      return time(parser);
    } catch (IOException | RuntimeException | UnreadablePayload none) {
      // Jackson also throws unchecked exceptions at what is not well-formed.
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(JsonParser parser) throws IOException, UnreadablePayload {
    String name;
    while ((name = parser.nextFieldName()) != null) {
      var token = parser.nextToken();
      if (name.equals(JsonReadings.TIME)) {
        return Optional.of(ReadingTime.toMicroseconds(Numbers.time(parser, token)));
      }
      parser.skipChildren();
    }
    return Optional.empty();
  }
}
