package io.muster.ingest.endpoint.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.endpoint.proxy.ProxyHeader.MalformedHeaderException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
  private static final int MOST = 2_048;
  private static final String SIGNATURE = "0D0A0D0A 00 0D0A 'QUIT' 0A ";
  private static final String IPV4 = "CB007107 0A000001 D431 075B ";
  private static final String IPV6 =
      "20010DB8000000000000000000000007 FD000000000000000000000000000001 D431 075B ";

  private static byte[] header(String commandAndFamily, String rest) {
    var body = WireBytes.of(rest);
    var length = new byte[] {(byte) (body.length >> 8), (byte) body.length};
    return WireBytes.joined(WireBytes.of(SIGNATURE + commandAndFamily), length, body);
  }

  private static ProxyHeader read(byte[] bytes) throws MalformedHeaderException {
    return ProxyHeader.read(Unpooled.wrappedBuffer(bytes), MOST);
  }

  private static void isMalformed(byte[] bytes) {
    assertThrows(MalformedHeaderException.class, () -> read(bytes));
  }

  @Test
  void namesAClientOfIpv4() throws MalformedHeaderException {
    var client = read(header("21 11", IPV4)).client();
    assertEquals("203.0.113.7", client.getAddress().getHostAddress());
    assertEquals(0xD431, client.getPort());
  }

  @Test
  void namesAClientOfIpv6() throws MalformedHeaderException {
    var client = read(header("21 21", IPV6)).client();
    assertEquals("2001:db8:0:0:0:0:0:7", client.getAddress().getHostAddress());
  }

  @Test
  void takesNothingOfWhatFollows() throws MalformedHeaderException {
    var in = Unpooled.wrappedBuffer(header("21 11", IPV4), new byte[] {0x10, 0x20});
    ProxyHeader.read(in, MOST);
    assertEquals(2, in.readableBytes());
    assertEquals(0x10, in.readByte());
  }

  @Test
  void waitsForTheWholeOfIt() throws MalformedHeaderException {
    var whole = header("21 11", IPV4 + "04 0002 0000");
    for (int i = 0; i < whole.length; i++) {
      ByteBuf some = Unpooled.wrappedBuffer(whole, 0, i);
      assertNull(ProxyHeader.read(some, MOST), "after " + i + " bytes");
      assertEquals(i, some.readableBytes());
    }
    assertNotNull(read(whole));
  }

  /** With which a balancer looks whether we are well, and clients that have no IP address. */
  @ParameterizedTest
  @CsvSource({"20 00, ''", "20 11, FFFFFFFF", "21 00, ''", "21 00, 010203040506"})
  void namesNobody(String commandAndFamily, String rest) throws MalformedHeaderException {
    assertNull(read(header(commandAndFamily, rest)).client());
  }

  @Test
  void namesNobodyBehindAUnixSocket() throws MalformedHeaderException {
    assertNull(read(header("21 31", "00".repeat(216))).client());
    isMalformed(header("21 31", "00".repeat(215)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"11 11", "22 11", "2F 11", "21 12", "21 22", "21 10", "21 41", "21 FF"})
  void refusesOtherVersionsCommandsAndFamilies(String commandAndFamily) {
    isMalformed(header(commandAndFamily, IPV6 + IPV6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "CB007107 0A000001 D431 07"})
  void refusesWhatIsTooShortForAnAddress(String rest) {
    isMalformed(header("21 11", rest));
    isMalformed(header("21 21", IPV4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"04 0000", "04 0003 010203", "E0 0001 00 04 0000", "02 0004 'acme'"})
  void passesOverExtensions(String extensions) throws MalformedHeaderException {
    assertNotNull(read(header("21 11", IPV4 + extensions)).client());
  }

  @ParameterizedTest
  @ValueSource(strings = {"04", "04 00", "04 0001", "04 FFFF 00", "04 0001 00 20 0009 01"})
  void refusesExtensionsBeyondItsEnd(String extensions) {
    isMalformed(header("21 11", IPV4 + extensions));
    isMalformed(header("21 21", IPV6 + extensions));
  }

  @Test
  void holdsItAgainstItsChecksum() throws MalformedHeaderException {
    var bytes = header("21 11", IPV4 + "03 0004 00000000 04 0001 00");
    isMalformed(bytes);
    var sum = new CRC32C();
    sum.update(bytes);
    var at = bytes.length - 8;
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (sum.getValue() >> (24 - 8 * i));
    }
    assertNotNull(read(bytes).client());
    bytes[16] ^= 1;
    isMalformed(bytes);
    isMalformed(header("21 11", IPV4 + "03 0002 0000"));
  }

  @Test
  void refusesWhatIsTooLongBeforeItHasCome() {
    isMalformed(WireBytes.of(SIGNATURE + "21 11 FFFF"));
    isMalformed(WireBytes.of(SIGNATURE + "20 00 FFFF"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "16", "0D0A0D0A01", "'PROXY TCP4 203.0.113.7'", "'GET /mqtt'"})
  void refusesAnythingElseByItsFirstBytes(String bytes) {
    isMalformed(WireBytes.of(bytes));
  }

  @Test
  void saysWhenItIsProbablyOfTheOtherVersion() {
    var old = WireBytes.of("'PROXY TCP4 203.0.113.7 10.0.0.1 54321 1883' 0D0A");
    var error = assertThrows(MalformedHeaderException.class, () -> read(old));
    assertEquals("perhaps a PROXY header of version 1; version 2 is wanted", error.getMessage());
  }

  @Test
  void readsOrRefusesWhateverComes() {
    var random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      var bytes =
          header("21 " + (i % 2 == 0 ? "11" : "21"), IPV6 + "03 0004 00000000 04 0002 00 00");
      for (int change = random.nextInt(4); change >= 0; change--) {
        bytes[12 + random.nextInt(bytes.length - 12)] = (byte) random.nextInt();
      }
      var in = Unpooled.wrappedBuffer(bytes, 0, 12 + random.nextInt(bytes.length - 11));
      var before = in.readableBytes();
      try {
        var header = ProxyHeader.read(in, MOST);
        assertEquals(header == null, in.readableBytes() == before);
      } catch (MalformedHeaderException wrong) {
        assertEquals(before, in.readableBytes());
      }
      assertEquals(1, in.refCnt());
    }
  }
}
