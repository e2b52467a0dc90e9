package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {
  private static final int MOST = 20_000;

  record Named(String id) {}

  private static byte[] bytes(int count) {
    var bytes = new byte[count];
    Arrays.fill(bytes, (byte) ' ');
    return bytes;
  }

  /** Spaces for ever. */
  private static InputStream endless() {
    return new InputStream() {
      @Override
      public int read() {
        return ' ';
      }
    };
  }

  @Test
  void givesAllOfABodyAtTheBound() throws IOException {
    assertArrayEquals(
        bytes(MOST), new BoundedBody(new ByteArrayInputStream(bytes(MOST)), MOST).readAllBytes());
  }

  @Test
  void endsAtTheFirstByteTooMany() throws IOException {
    var all = new BoundedBody(new ByteArrayInputStream(bytes(MOST + 1)), MOST);
    assertThrows(BodyTooLongException.class, all::readAllBytes);
    var single = new BoundedBody(new ByteArrayInputStream(bytes(2)), 1);
    assertEquals(' ', single.read());
    assertThrows(BodyTooLongException.class, single::read);
    assertThrows(BodyTooLongException.class, () -> new BoundedBody(endless(), 1).skip(2));
    assertFalse(all.markSupported());
  }

  @Test
  void aReaderOfJsonLetsTheRefusalThrough() {
    for (var begin : new String[] {"", "{\"id\":\"", "{\"id\":", "{\"id\":\"a\"}"}) {
      var text = new ByteArrayInputStream(begin.getBytes(StandardCharsets.UTF_8));
      var body = new BoundedBody(new java.io.SequenceInputStream(text, endless()), MOST);
      var thrown =
          assertThrows(
              Exception.class,
              () ->
                  new ObjectMapper()
                      .enable(
                          com.fasterxml.jackson.databind.DeserializationFeature
                              .FAIL_ON_TRAILING_TOKENS)
                      .readValue(body, Named.class));
      var refusal = assertInstanceOf(Refusal.TooLarge.class, RefusalOfException.of(thrown), begin);
      assertTrue(refusal.detail().contains("20000 bytes"), refusal.detail());
    }
  }

  @Test
  void whatIsLeftCountsAsWell() throws IOException {
    var fits = new BoundedBody(new ByteArrayInputStream(bytes(MOST)), MOST);
    assertEquals(' ', fits.read());
    fits.readToTheEnd();
    assertEquals(-1, fits.read());
    assertThrows(BodyTooLongException.class, () -> new BoundedBody(endless(), MOST).readToTheEnd());
    var known = new BoundedBody(new ByteArrayInputStream(bytes(MOST + 2)), MOST);
    assertThrows(BodyTooLongException.class, known::readAllBytes);
    known.readToTheEnd();
    var broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }
        };
    new BoundedBody(broken, MOST).readToTheEnd();
  }

  @Test
  void closingLeavesTheBodyToWhoReadsTheRest() throws IOException {
    var closed = new AtomicBoolean();
    var body =
        new ByteArrayInputStream(bytes(1)) {
          @Override
          public void close() {
            closed.set(true);
          }
        };
    new BoundedBody(body, MOST).close();
    assertFalse(closed.get());
  }
}
