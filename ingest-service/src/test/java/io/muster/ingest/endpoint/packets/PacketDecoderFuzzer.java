package io.muster.ingest.endpoint.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.GeneratedPackets.Words;
import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What must hold of the decoder whatever comes: it reads or refuses, in one piece the same as in
 * many, what it has read means the same when it is written again, and it keeps no memory. Run by a
 * fuzzer, and over the inputs that are kept.
 */
public final class PacketDecoderFuzzer {
  private static final int MOST_BYTES = 64 * 1_024;
  private static final Words WORDS = Words.of("acme", "boiler", "s3cret");

  private PacketDecoderFuzzer() {}

  /**
   * @param packets what was read
   * @param refused whether the rest was not
   */
  private record Reading(List<Packet> packets, boolean refused) {
    List<String> shown() {
      return packets.stream().map(Shown::of).toList();
    }
  }

  /**
   * The name and the form that Jazzer asks for.
   *
   * @param input a byte for what the rest is (a stream as it is, or choices of {@link
   *     GeneratedPackets}) and one for the sizes of pieces
   */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    var choices = new Choices(input);
    var asItIs = choices.below(2) == 1;
    var seed = choices.below(256);
    var out = new ByteArrayOutputStream();
    var mustBeRead = asItIs ? 0 : generate(choices, out);
    var stream = asItIs ? choices.rest() : out.toByteArray();
    var whole = inOnePiece(stream);
    assertTrue(whole.packets.size() >= mustBeRead, "a well-formed packet was not read");
    var pieces = inPieces(stream, new Random(seed));
    assertEquals(whole.shown(), pieces.shown(), "in pieces it reads otherwise");
    assertEquals(whole.refused, pieces.refused, "in pieces it judges otherwise");
    var again = inOnePiece(rewritten(whole));
    assertEquals(whole.shown(), again.shown(), "written again it reads otherwise");
  }

  /**
   * @return how many packets must be read before the first that need not
   */
  private static int generate(Choices choices, ByteArrayOutputStream out) {
    var packets = new GeneratedPackets(choices, WORDS);
    var five = choices.below(2) == 1;
    var next = packets.connect(five);
    int wellFormed = 0;
    var allWell = true;
    while (true) {
      out.writeBytes(next.bytes());
      allWell &= next.wellFormed();
      wellFormed += allWell ? 1 : 0;
      if (!choices.areLeft() || out.size() > MOST_BYTES) {
        return wellFormed;
      }
      next = packets.next(five);
    }
  }

  private static Reading inOnePiece(byte[] stream) throws Exception {
    return inPieces(stream, null);
  }

  /**
   * @param random draws the sizes, and when the room is closed; null for all at once
   */
  private static Reading inPieces(byte[] stream, Random random) throws Exception {
    try (var decoding = Decoding.ofStranger()) {
      var refused = false;
      for (int at = 0; at < stream.length; ) {
        var end = random == null ? stream.length : end(at, stream.length, random);
        decoding.room.open = random == null || random.nextInt(8) != 0;
        decoding.room.hasMemory = random == null || random.nextInt(4) != 0;
        refused |= !takes(decoding, Arrays.copyOfRange(stream, at, end));
        assertTrue(decoding.room.reserved <= Decoding.LIMITS.packetBytes(), "too much room taken");
        at = end;
      }
      var packets = decoding.all();
      return new Reading(packets, refused);
    }
  }

  private static int end(int at, int length, Random random) {
    var most = random.nextInt(4) == 0 ? 5_000 : 7;
    return Math.min(length, at + 1 + random.nextInt(most));
  }

  private static boolean takes(Decoding decoding, byte[] piece) throws Exception {
    try {
      decoding.feed(piece);
      decoding.room.open = true;
      decoding.room.hasMemory = true;
      decoding.resume();
      return true;
    } catch (DecoderException wrapped) {
      if (wrapped.getCause() instanceof MalformedPacketException) {
        return false;
      }
      throw wrapped;
    }
  }

  private static byte[] rewritten(Reading reading) {
    var out = new ByteArrayOutputStream();
    ProtocolVersion version = null;
    for (var packet : reading.packets) {
      if (packet instanceof Packet.Connect connect) {
        version = connect.version();
      }
      out.writeBytes(Rewritten.of(packet, version));
    }
    return out.toByteArray();
  }
}
