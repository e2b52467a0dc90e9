package io.muster.contract.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentHashTest {
  private final ReadingDecoder decoder = new ReadingDecoder(ReadingLimits.DEFAULT);
  private final ContentHash hash = new ContentHash();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":21.5,\"b\":1}|{\"b\":1,\"a\":21.5}",
        "{\"a\":21.5}|{\"a\":21.50}",
        "{\"a\":1}|{\"a\":1.0}",
        "{\"a\":100}|{\"a\":1e2}",
        "{\"a\":0.0}|{\"a\":-0.0}",
        "{\"a\":1152921504606846976}|{\"a\":1152921504606846976.0}",
        "{\"a\":1,\"ts\":1}|{\"a\":1,\"ts\":2}",
        "{\"a\":1,\"traceparent\":\"x\"}|{\"a\":1}",
        "{\"a\":\"\\u00e9\"}|{\"a\":\"é\"}",
        "{\"a\":1,\"t\":true,\"s\":\"x\"}|{\"s\":\"x\",\"t\":true,\"a\":1}",
        "{\"n\":1}|[{\"n\":\"n\",\"v\":1.0}]"
      })
  void isTheSameForTheSameValues(String one, String other) throws Exception {
    assertEquals(of(one), of(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":1}|{\"a\":2}",
        "{\"a\":1}|{\"b\":1}",
        "{\"a\":1}|{\"a\":true}",
        "{\"a\":1}|{\"a\":\"1\"}",
        "{\"a\":true}|{\"a\":false}",
        "{\"a\":1,\"b\":2}|{\"a\":2,\"b\":1}",
        "{\"a\":9007199254740993}|{\"a\":9007199254740992}",
        "{\"a\":9223372036854775807}|{\"a\":9223372036854775808.0}",
        "{\"ab\":\"c\"}|{\"a\":\"bc\"}"
      })
  void differsWhereValuesDiffer(String one, String other) throws Exception {
    assertNotEquals(of(one), of(other));
  }

  @Test
  void staysTheSameForEver() throws Exception {
    // Stored rows are told apart by it: were it to change, redelivered readings would be doubled.
    assertEquals(
        UUID.fromString("a8980eda-5832-76a2-5a15-130d01d8d6b1"), of("{\"a\":21.5,\"b\":-1}"));
    assertEquals(
        UUID.fromString("a529b1f3-7248-94f7-688b-9a77d812a4be"),
        of("{\"n\":1,\"i\":9007199254740993,\"f\":true,\"t\":\"é\"}"));
  }

  private UUID of(String json) throws UnreadablePayload {
    return hash.of(
        decoder.decode(json.getBytes(UTF_8), null, null, Instant.EPOCH).readings().getFirst());
  }
}
