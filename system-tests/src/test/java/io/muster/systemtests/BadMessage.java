package io.muster.systemtests;

import io.muster.systemtests.devices.TestDevice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/**
 * A message that cannot be stored.
 *
 * @param name what is wrong with it
 * @param contentType MQTT 5 content type, or null
 * @param contentEncoding value of the user property, or null
 * @param reasons which of the reasons may be given
 */
record BadMessage(
    String name,
    String topicName,
    byte[] payload,
    String contentType,
    String contentEncoding,
    List<String> reasons) {

  /** The text "hello" packed with Brotli (RFC 7932); not understood without its property either. */
  private static final byte[] BROTLI = {0x0b, 0x02, (byte) 0x80, 'h', 'e', 'l', 'l', 'o', 0x03};

  private static final int KIBIBYTE = 1_024;

  /**
   * All kinds.
   *
   * @param other a device of another tenant
   */
  static List<BadMessage> all(TestDevice device, TestDevice other) {
    var topicName = device.telemetry();
    return List.of(
        of("not JSON", topicName, "temperature=21", "malformed"),
        encoded("unknown encoding", topicName, BROTLI, "br", "unknown-encoding"),
        new BadMessage(
            "unknown content type",
            topicName,
            utf8("a: 1"),
            "application/yaml",
            null,
            List.of("unknown-encoding")),
        of("nested objects", topicName, "{\"a\":{\"b\":1}}", "not-a-reading"),
        of("NaN", topicName, "{\"a\":NaN}", "malformed", "unstorable-value"),
        of("U+0000", topicName, "{\"a\":\"x\\u0000\"}", "unstorable-value"),
        of("2^63", topicName, "{\"a\":9223372036854775808}", "unstorable-value"),
        of(
            "year 1",
            topicName,
            "{\"ts\":\"0001-01-01T00:00:00Z\",\"a\":1}",
            "too-old",
            "malformed-time"),
        of("far future", topicName, "{\"ts\":\"2999-01-01T00:00:00Z\",\"a\":1}", "in-the-future"),
        of("300 KiB", topicName, "{\"a\":\"" + "x".repeat(300 * KIBIBYTE) + "\"}", "too-large"),
        encoded("gzip bomb", topicName, bomb(), "gzip", "too-large"),
        of("empty", topicName, "", "empty"),
        of("topic of another tenant", other.telemetry(), "{\"a\":1}", "topic-not-allowed"),
        of("10,000 keys", topicName, keys(10_000), "too-many-fields"));
  }

  private static BadMessage of(String name, String topicName, String text, String... reasons) {
    return new BadMessage(name, topicName, utf8(text), null, null, List.of(reasons));
  }

  private static BadMessage encoded(
      String name, String topicName, byte[] payload, String encoding, String reason) {
    return new BadMessage(name, topicName, payload, null, encoding, List.of(reason));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String keys(int count) {
    return IntStream.range(0, count)
        .mapToObj(n -> "\"k" + n + "\":" + n)
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** 64 MiB of spaces in less than 64 KiB. */
  private static byte[] bomb() {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      var block = " ".repeat(KIBIBYTE * KIBIBYTE).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 64; i++) {
        gzip.write(block);
      }
    } catch (IOException cannotBe) {
      throw new UncheckedIOException(cannotBe);
    }
    return packed.toByteArray();
  }
}
