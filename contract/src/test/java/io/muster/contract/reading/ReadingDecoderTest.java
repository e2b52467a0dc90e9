package io.muster.contract.reading;

import static io.muster.contract.reading.UnreadablePayload.Reason.EMPTY;
import static io.muster.contract.reading.UnreadablePayload.Reason.MALFORMED;
import static io.muster.contract.reading.UnreadablePayload.Reason.MALFORMED_TIME;
import static io.muster.contract.reading.UnreadablePayload.Reason.NOT_A_READING;
import static io.muster.contract.reading.UnreadablePayload.Reason.TOO_LARGE;
import static io.muster.contract.reading.UnreadablePayload.Reason.TOO_MANY_FIELDS;
import static io.muster.contract.reading.UnreadablePayload.Reason.TOO_MANY_READINGS;
import static io.muster.contract.reading.UnreadablePayload.Reason.UNKNOWN_ENCODING;
import static io.muster.contract.reading.UnreadablePayload.Reason.UNSTORABLE_VALUE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.reading.ReadingValue.ExactInteger;
import io.muster.contract.reading.ReadingValue.Number;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReadingDecoderTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String NESTED_DEEPLY = "[".repeat(100_000);

  private final ReadingDecoder decoder = new ReadingDecoder(ReadingLimits.DEFAULT);

  static List<Arguments> unreadable() {
    return List.of(
        Arguments.of("", EMPTY),
        Arguments.of("   ", NOT_A_READING),
        Arguments.of("hello", MALFORMED),
        Arguments.of("{\"a\":1", MALFORMED),
        Arguments.of("{\"a\":1}}", MALFORMED),
        Arguments.of("{\"a\":1} {\"a\":2}", MALFORMED),
        Arguments.of("{\"a\":01}", MALFORMED),
        Arguments.of("{'a':1}", MALFORMED),
        Arguments.of("{\"a\":\"\u0001\"}", MALFORMED),
        Arguments.of("21.5", NOT_A_READING),
        Arguments.of("null", NOT_A_READING),
        Arguments.of("{}", NOT_A_READING),
        Arguments.of("[]", NOT_A_READING),
        Arguments.of("[1]", NOT_A_READING),
        Arguments.of("[[{\"a\":1}]]", NOT_A_READING),
        Arguments.of("{\"ts\":1}", NOT_A_READING),
        Arguments.of("{\"a\":null}", NOT_A_READING),
        Arguments.of("{\"a\":{\"b\":1}}", NOT_A_READING),
        Arguments.of("{\"a\":[1]}", NOT_A_READING),
        Arguments.of("{\"traceparent\":{},\"a\":1}", NOT_A_READING),
        Arguments.of("{\"a\":1,\"a\":2}", NOT_A_READING),
        Arguments.of("{\"a\":1,\"a\":true}", NOT_A_READING),
        Arguments.of("{\"a\":true,\"a\":\"x\"}", NOT_A_READING),
        Arguments.of("{\"ts\":1,\"ts\":2,\"a\":1}", NOT_A_READING),
        Arguments.of("{\"\":1}", NOT_A_READING),
        Arguments.of(NESTED_DEEPLY, NOT_A_READING),
        Arguments.of("{\"a\":NaN}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":-Infinity}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":1e999}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":9223372036854775808}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":-9223372036854775809}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":1" + "0".repeat(100_000) + "}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":\"x\\u0000\"}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\\u0000\":1}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":\"\\ud800\"}", UNSTORABLE_VALUE),
        Arguments.of("{\"a\":\"\\udc00\\ud800\"}", UNSTORABLE_VALUE),
        Arguments.of("{\"ts\":\"yesterday\",\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":\"2026-02-30T00:00:00Z\",\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":\"2026-01-01T00:00:00\",\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":\"2026-01-01T25:00:00Z\",\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":null,\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":true,\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":1e300,\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":NaN,\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"ts\":99999999999999999999,\"a\":1}", MALFORMED_TIME),
        Arguments.of("{\"" + "n".repeat(257) + "\":1}", TOO_LARGE),
        Arguments.of("{\"a\":\"" + "x".repeat(8_193) + "\"}", TOO_LARGE),
        Arguments.of("{\"a\":\"" + "x".repeat(300 * 1024) + "\"}", TOO_LARGE),
        Arguments.of("{" + members(10_000) + "}", TOO_MANY_FIELDS),
        Arguments.of(array(10_001), TOO_MANY_READINGS),
        Arguments.of("[{\"n\":\"a\",\"v\":1,\"x_\":2}]", MALFORMED));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void refusesWithTheReason(String payload, Reason reason) {
    var expected = payload.contains("x_") ? NOT_A_READING : reason;
    var contentType = payload.contains("x_") ? ReadingDecoder.SENML_JSON : null;
    assertEquals(expected, refusal(payload.getBytes(UTF_8), contentType, null));
  }

  @Test
  void refusesBytesThatAreNoText() {
    assertEquals(
        MALFORMED, refusal(bytes('{', '"', 'a', '"', ':', '"', 0xff, '"', '}'), null, null));
    assertEquals(MALFORMED, refusal(bytes(0, 1, 2, 3), null, null));
    assertEquals(MALFORMED, refusal(bytes(0x81, 0xa1), null, null));
  }

  @Test
  void refusesContentTypesAndEncodingsThatItDoesNotKnow() {
    var payload = "{\"a\":1}".getBytes(UTF_8);
    assertEquals(UNKNOWN_ENCODING, refusal(payload, "application/xml", null));
    assertEquals(UNKNOWN_ENCODING, refusal(payload, null, "br"));
    assertEquals(NOT_A_READING, refusal(payload, ReadingDecoder.SENML_JSON, null));
    assertEquals(MALFORMED, refusal(payload, null, "gzip"));
  }

  @Test
  void refusesAGzipBombWithoutUnpackingIt() throws IOException {
    var bomb = gzip(new byte[200 * 1024 * 1024]);
    assertEquals(TOO_LARGE, refusal(bomb, null, "gzip"));
  }

  @Test
  void refusesPackedNothing() throws IOException {
    assertEquals(EMPTY, refusal(gzip(new byte[0]), null, "gzip"));
  }

  @Test
  void refusesWhatCborCanSayAndJsonCannot() {
    // [{0: "a", 2: NaN}] with a half-precision float, and [{0: "a", 2: 2^63}]
    var nan = bytes(0x81, 0xa2, 0x00, 0x61, 'a', 0x02, 0xf9, 0x7e, 0x00);
    assertEquals(UNSTORABLE_VALUE, refusal(nan, null, null));
    var large = bytes(0x81, 0xa2, 0, 0x61, 'a', 2, 0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0);
    assertEquals(UNSTORABLE_VALUE, refusal(large, null, null));
  }

  @ParameterizedTest
  @CsvSource({
    "2015-02-04T17:51:00Z, 2015-02-04T17:51:00Z",
    "2015-02-04T18:51:00+01:00, 2015-02-04T17:51:00Z",
    "2015-02-28T23:59:59.5Z, 2015-02-28T23:59:59.500Z",
    "2016-02-29T00:00:00.000001Z, 2016-02-29T00:00:00.000001Z",
    "2015-02-04T17:51:00.1234569Z, 2015-02-04T17:51:00.123456Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z, 9999-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59.9999999Z, 1969-12-31T23:59:59.999999Z"
  })
  void readsIsoTimesToTheMicrosecond(String written, String expected) throws Exception {
    assertEquals(Instant.parse(expected), only("{\"a\":1,\"ts\":\"" + written + "\"}").time());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1970-01-01T00:00:00Z",
    "1423072260001, 2015-02-04T17:51:00.001Z",
    "1423072260001.25, 2015-02-04T17:51:00.001250Z",
    "1.423072260001e12, 2015-02-04T17:51:00.001Z",
    "-1, 1969-12-31T23:59:59.999Z"
  })
  void readsMillisecondsSince1970(String written, String expected) throws Exception {
    assertEquals(Instant.parse(expected), only("{\"ts\":" + written + ",\"a\":1}").time());
  }

  @Test
  void keepsIntegersBeyondADoubleExactly() throws Exception {
    assertEquals(new Number(9007199254740992.0), value("9007199254740992"));
    assertEquals(new ExactInteger(9007199254740993L), value("9007199254740993"));
    assertEquals(new ExactInteger(Long.MAX_VALUE), value("9223372036854775807"));
    assertEquals(new ExactInteger(Long.MIN_VALUE), value("-9223372036854775808"));
    assertEquals(new Number(9.223372036854775808E18), value("9223372036854775808.0"));
  }

  @Test
  void doesNotTellMinusZeroFromZero() throws Exception {
    assertEquals(0L, Double.doubleToRawLongBits(only("{\"a\":-0.0}").numbers()[0]));
  }

  @Test
  void keepsTheSmallestAndTheLargestDouble() throws Exception {
    assertEquals(new Number(Double.MIN_VALUE), value("4.9e-324"));
    assertEquals(new Number(Double.MAX_VALUE), value("1.7976931348623157e308"));
    assertEquals(new Number(0), value("1e-999"));
  }

  @Test
  void countsRelativeSenmlTimesFromNow() throws Exception {
    var pack = "[{\"n\":\"a\",\"v\":1,\"t\":-1.5},{\"n\":\"a\",\"v\":2}]".getBytes(UTF_8);
    var readings = decoder.decode(pack, null, null, NOW).readings();
    assertEquals(NOW.minusMillis(1_500), readings.get(0).time());
    assertNull(readings.get(1).time());
  }

  @Test
  void keepsBothValuesOfASenmlNameThatComesTwiceAtOneTime() throws Exception {
    var pack =
        "[{\"n\":\"a\",\"v\":1},{\"n\":\"a\",\"v\":2},{\"n\":\"b\",\"v\":3}]".getBytes(UTF_8);
    var readings = decoder.decode(pack, ReadingDecoder.SENML_JSON, null, NOW).readings();
    assertEquals(2, readings.size());
    assertEquals(List.of("a"), List.copyOf(readings.get(0).values().keySet()));
    assertEquals(List.of("a", "b"), List.copyOf(readings.get(1).values().keySet()));
  }

  @Test
  void takesAPlainArrayForPlainEvenWhenItsNamesAreShort() throws Exception {
    var plain = "[{\"n\":1,\"v\":2}]".getBytes(UTF_8);
    assertEquals(2, decoder.decode(plain, null, null, NOW).readings().get(0).values().size());
  }

  @Test
  void anyBytesGiveReadingsOrAReasonAndTheNextMessageIsUndisturbed() throws Exception {
    var random = new Random(20_260_101);
    var seeds =
        List.of(
            "{\"ts\":\"2015-02-04T17:51:00Z\",\"a\":23.18,\"b\":true,\"c\":\"x\"}".getBytes(UTF_8),
            "[{\"ts\":1,\"a\":1},{\"a\":9007199254740993}]".getBytes(UTF_8),
            "[{\"bn\":\"x\",\"bt\":1e9,\"n\":\"a\",\"v\":1},{\"vs\":\"t\"}]".getBytes(UTF_8),
            bytes(
                0x81, 0xa3, 0x21, 0x61, 'x', 0x00, 0x61, 'a', 0x02, 0xfb, 64, 9, 33, 0, 0, 0, 0, 0),
            gzip("{\"a\":1}".getBytes(UTF_8)));
    var good = "{\"a\":1,\"b\":2}".getBytes(UTF_8);
    var expected = decoder.decode(good, null, null, NOW);
    for (int i = 0; i < 50_000; i++) {
      var payload = mutated(seeds.get(random.nextInt(seeds.size())), random);
      try {
        decoder.decode(payload, null, null, NOW).readings().forEach(this::requireSound);
      } catch (UnreadablePayload refused) {
        assertEquals(false, refused.getMessage().isEmpty());
      }
    }
    assertEquals(expected, decoder.decode(good, null, null, NOW));
  }

  private void requireSound(Reading reading) {
    assertEquals(reading, Reading.of(reading.time(), reading.values()));
    var hash = new ContentHash();
    assertEquals(hash.of(reading), hash.of(Reading.of(null, reading.values())));
  }

  private static byte[] mutated(byte[] seed, Random random) {
    var bytes = seed.clone();
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  private ReadingValue value(String literal) throws UnreadablePayload {
    return only("{\"a\":" + literal + "}").values().get("a");
  }

  private Reading only(String json) throws UnreadablePayload {
    return decoder.decode(json.getBytes(UTF_8), null, null, NOW).readings().getFirst();
  }

  private Reason refusal(byte[] payload, String contentType, String contentEncoding) {
    return assertThrows(
            UnreadablePayload.class,
            () -> decoder.decode(payload, contentType, contentEncoding, NOW))
        .reason();
  }

  private static String members(int count) {
    return IntStream.range(0, count).mapToObj(i -> "\"f" + i + "\":1").collect(joining());
  }

  private static String array(int count) {
    return "[" + IntStream.range(0, count).mapToObj(i -> "{\"a\":1}").collect(joining()) + "]";
  }

  private static Collector<CharSequence, ?, String> joining() {
    return Collectors.joining(",");
  }

  private static byte[] bytes(int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }
    return packed.toByteArray();
  }
}
