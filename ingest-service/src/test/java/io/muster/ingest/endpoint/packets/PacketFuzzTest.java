package io.muster.ingest.endpoint.packets;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Streams by chance, from well-formed packets with a few mistakes to noise. Whatever comes, it is
 * read or refused; closing {@link Decoding} checks that no buffer and no room was kept.
 */
class PacketFuzzTest {
  private static final long SEED = 4_711;
  private static final int STREAMS = 30_000;

  /** Well-formed packets of both versions; each stream begins with some of them. */
  private static final List<byte[]> PACKETS =
      List.of(
          WireBytes.of("30 07 \"t/1\" 'hi'"),
          WireBytes.of("32 09 \"t/1\" 0007 'hi'"),
          WireBytes.of("34 0A \"t/1\" 0007 00 'hi'"),
          WireBytes.of(
              "3D 27 \"t\" FFFF 1F 01 01 02 0000000A 03 \"a/b\" 08 \"r\" 09 \"c\" 23 0003"
                  + " 26 \"k\" \"v\" 'xy'"),
          WireBytes.packet(0x30, WireBytes.string("t"), new byte[200]),
          WireBytes.packet(0x32, WireBytes.string("t"), new byte[] {0, 1}, new byte[6_000]),
          WireBytes.of("30 12 \"t\" 0E 26 \"k\" \"1\" 26 \"k\" \"2\""),
          WireBytes.of("40 02 0001"),
          WireBytes.of("40 0F 0001 10 0B 1F \"ok\" 26 \"a\" \"\""),
          WireBytes.of("62 02 0001"),
          WireBytes.of("62 03 FFFF 92"),
          WireBytes.of("82 0E 0005 \"a/b\" 01 \"c/#\" 02"),
          WireBytes.of("82 12 0005 09 0B 07 26 \"k\" \"v\" \"a/b\" 2D"),
          WireBytes.of("A2 0C 0006 \"a/b\" \"c/#\""),
          WireBytes.of("A2 0F 0006 07 26 \"k\" \"v\" \"a/b\""),
          WireBytes.of("C0 00"),
          WireBytes.of("E0 0B 04 09 11 0000000A 1F \"b\""),
          WireBytes.of("F0 09 18 07 15 \"S\" 16 0000"),
          WireBytes.of("10 1F \"MQTT\" 04 F4 0000 \"a\" \"w/t\" \"bye\" \"me\" \"pw\""),
          WireBytes.of(
              "10 34 \"MQTT\" 05 0C 000A 00 \"a\" 1F 18 0000003C 01 01 02 00000005 03 \"t\""
                  + " 08 \"r\" 09 \"c\" 26 \"k\" \"v\" \"w\" \"y\""));

  private final Random random = new Random(SEED);
  private int read;
  private int refused;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void readsOrRefusesWhateverComes() {
    for (int i = 0; i < STREAMS; i++) {
      feed(i, stream());
    }
    assertTrue(read > STREAMS, "nothing much was read: " + read);
    assertTrue(refused > STREAMS / 4, "nothing much was refused: " + refused);
  }

  private void feed(int number, byte[] stream) {
    try (var decoding = Decoding.ofStranger()) {
      feedInPieces(decoding, stream);
      read += decoding.all().size();
    } catch (Throwable error) {
      fail("stream " + number + ": " + HexFormat.of().formatHex(stream), error);
    }
  }

  private void feedInPieces(Decoding decoding, byte[] stream) throws Exception {
    for (int at = 0; at < stream.length; ) {
      var end = Math.min(stream.length, at + 1 + random.nextInt(random.nextBoolean() ? 5 : 5_000));
      decoding.room.open = random.nextInt(10) != 0;
      decoding.room.hasMemory = random.nextInt(3) != 0;
      try {
        decoding.feed(Arrays.copyOfRange(stream, at, end));
        decoding.room.open = true;
        decoding.room.hasMemory = true;
        decoding.resume();
      } catch (DecoderException wrapped) {
        if (!(wrapped.getCause() instanceof MalformedPacketException)) {
          throw wrapped;
        }
        refused++;
      }
      at = end;
    }
  }

  private byte[] stream() {
    var out = new ByteArrayOutputStream();
    switch (random.nextInt(10)) {
      case 0 -> out.writeBytes(noise(1 + random.nextInt(100)));
      case 1 -> out.writeBytes(mutated(anyConnect()));
      default -> out.writeBytes(anyConnect());
    }
    for (int i = random.nextInt(6); i >= 0; i--) {
      var packet = PACKETS.get(random.nextInt(PACKETS.size()));
      out.writeBytes(random.nextBoolean() ? packet : mutated(packet));
    }
    return out.toByteArray();
  }

  private byte[] anyConnect() {
    return random.nextBoolean() ? Decoding.CONNECT_3 : Decoding.CONNECT_5;
  }

  private byte[] mutated(byte[] packet) {
    var bytes = packet.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(1 + bytes.length));
            case 1 -> WireBytes.joined(bytes, noise(1 + random.nextInt(8)));
            case 2 -> WireBytes.joined(noise(1), bytes);
            case 3 -> withByte(bytes, (byte) random.nextInt(256));
            default -> withByte(bytes, new byte[] {0, 1, 127, -128, -1}[random.nextInt(5)]);
          };
    }
    return bytes;
  }

  private byte[] withByte(byte[] bytes, byte value) {
    if (bytes.length > 0) {
      // Mostly near the beginning, where the lengths are.
      bytes[random.nextInt(Math.min(bytes.length, 24))] = value;
    }
    return bytes;
  }

  private byte[] noise(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
