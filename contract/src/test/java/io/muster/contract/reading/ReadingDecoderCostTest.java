package io.muster.contract.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Payloads that would cost far more than their bytes. */
class ReadingDecoderCostTest {
  private static final int PAYLOAD_BYTES = ReadingLimits.DEFAULT.payloadBytes();

  private final ReadingDecoder decoder = new ReadingDecoder(ReadingLimits.DEFAULT);

  private Reason refusal(byte[] payload, String contentType) {
    return assertThrows(
            UnreadablePayload.class,
            () -> decoder.decode(payload, contentType, null, Instant.EPOCH))
        .reason();
  }

  /** What the current thread took from the heap meanwhile. */
  private static long allocated(Runnable work) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    var before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void refusesAnIntegerOfTwoMillionBitsWithoutWritingItsDigits() {
    var payload = cborNumber(new byte[] {(byte) 0xc2});
    refusal(payload, ReadingDecoder.SENML_CBOR);
    var bytes =
        allocated(
            () ->
                assertEquals(Reason.UNSTORABLE_VALUE, refusal(payload, ReadingDecoder.SENML_CBOR)));
    assertTrue(bytes < 8L * PAYLOAD_BYTES, bytes + " bytes");
  }

  @Test
  void refusesADecimalFractionOfTwoMillionBits() {
    // Tag 4: an array of the exponent, here 1, and the mantissa.
    assertEquals(
        Reason.UNSTORABLE_VALUE,
        refusal(
            cborNumber(new byte[] {(byte) 0xc4, (byte) 0x82, 0x01, (byte) 0xc2}),
            ReadingDecoder.SENML_CBOR));
  }

  /** A record whose value is the big number that follows the head. */
  private static byte[] cborNumber(byte[] head) {
    var mantissa = new byte[PAYLOAD_BYTES - 64];
    Arrays.fill(mantissa, (byte) 0x7f);
    var out = new ByteArrayOutputStream();
    // [{0: "a", 2: ...}]
    out.writeBytes(new byte[] {(byte) 0x81, (byte) 0xa2, 0x00, 0x61, 'a', 0x02});
    out.writeBytes(head);
    out.write(0x5a);
    out.writeBytes(ByteBuffer.allocate(4).putInt(mantissa.length).array());
    out.writeBytes(mantissa);
    return out.toByteArray();
  }

  @Test
  void refusesALongBaseNameBeforeItIsPutBeforeEachName() {
    var records =
        IntStream.range(0, 400)
            .mapToObj(i -> "{\"n\":\"" + i + "\",\"v\":1}")
            .collect(Collectors.joining(","));
    var payload =
        ("[{\"bn\":\"" + "b".repeat(PAYLOAD_BYTES / 2) + "\"}," + records + "]").getBytes(UTF_8);
    var bytes =
        allocated(
            () -> assertEquals(Reason.TOO_LARGE, refusal(payload, ReadingDecoder.SENML_JSON)));
    assertTrue(bytes < 8L * PAYLOAD_BYTES, bytes + " bytes");
  }

  @Test
  void saysOfANameOfAnyLengthThatItIsTooLong() {
    for (var length : new int[] {257, 800, 200_000}) {
      assertEquals(
          Reason.TOO_LARGE, refusal(("{\"" + "n".repeat(length) + "\":1}").getBytes(UTF_8), null));
    }
  }

  @Test
  void takesTheLongestNameInAnyScript() throws UnreadablePayload {
    for (var character : new String[] {"n", "ü", "温"}) {
      var name = character.repeat(ReadingLimits.DEFAULT.nameCharacters());
      assertEquals(
          1,
          decoder
              .decode(("{\"" + name + "\":1}").getBytes(UTF_8), null, null, Instant.EPOCH)
              .readings()
              .size());
    }
  }
}
