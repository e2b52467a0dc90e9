package io.muster.ingest.endpoint.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What a connection holds that is not read, or that leaves. */
class PacketDecoderMemoryTest {
  private static final int LARGE = 98_304;
  private static final PacketLimits LIMITS =
      new PacketLimits(1_048_576, LARGE, 65_536, 1_024, 64, 64);

  private static final class Room implements FrameRoom {
    boolean open = true;
    int reserved;
    int kept;

    @Override
    public boolean open() {
      return open;
    }

    @Override
    public boolean reserve(int bytes) {
      reserved += bytes;
      return true;
    }

    @Override
    public void giveBack(int bytes) {
      reserved -= bytes;
    }

    @Override
    public void kept(int change) {
      kept += change;
    }
  }

  private final Room room = new Room();
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
  private final PacketDecoder decoder = new PacketDecoder(LIMITS, room, new ReadingDesk());
  private final EmbeddedChannel channel = new EmbeddedChannel();

  PacketDecoderMemoryTest() {
    channel.config().setAllocator(memory);
    channel.pipeline().addLast(decoder);
  }

  private void feed(String hex) {
    feed(HexFormat.of().parseHex(hex));
  }

  private void feed(byte[] bytes) {
    channel.writeInbound(memory.buffer(bytes.length).writeBytes(bytes));
  }

  private void connect() {
    feed("100f00044d5154540502003c0000026162");
    assertTrue(channel.readInbound() instanceof Packet.Connect);
  }

  private void discard() {
    decoder.discard(channel.pipeline().context(decoder));
    channel.runPendingTasks();
  }

  private long heldBytes() {
    return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
  }

  @Test
  void holdsNothingOfWhatAConnectionThatLeavesStillSends() {
    connect();
    room.open = false;
    discard();
    for (int i = 0; i < 64; i++) {
      feed(new byte[16_384]);
    }
    assertEquals(0, heldBytes());
    assertNull(channel.readInbound());
  }

  @Test
  void letsGoOfWhatHadGatheredWhenTheConnectionLeaves() {
    connect();
    feed("30FFFF07");
    feed(new byte[10_000]);
    assertEquals(131_075, room.reserved);
    discard();
    assertEquals(0, room.reserved);
    assertEquals(0, heldBytes());
  }

  @Test
  void letsGoOfWhatWasNotReadWhenTheConnectionLeaves() {
    connect();
    room.open = false;
    feed(new byte[10_000]);
    discard();
    assertEquals(0, room.kept);
    assertEquals(0, heldBytes());
  }

  @Test
  void takesNoRoomForWhatAStrangerOnlyAnnounces() {
    feed("10FCFF05");
    feed(new byte[4_000]);
    assertEquals(0, room.reserved);
  }

  @Test
  void takesRoomForAStrangersConnectAsItComes() {
    feed("10FCFF05");
    feed(new byte[10_000]);
    assertTrue(room.reserved >= 10_000, () -> "reserved " + room.reserved);
    assertTrue(room.reserved < 20_000, () -> "reserved " + room.reserved);
    feed(new byte[50_000]);
    assertTrue(room.reserved >= 60_000, () -> "reserved " + room.reserved);
    channel.close();
    assertEquals(0, room.reserved);
  }

  @Test
  void countsWhatLiesUndecodedWhileTheRoomIsClosed() throws Exception {
    connect();
    room.open = false;
    feed("C000C000");
    assertEquals(4, room.kept);
    room.open = true;
    decoder.resume(channel.pipeline().context(decoder));
    assertEquals(0, room.kept);
    assertEquals(Packet.PingReq.PINGREQ, channel.readInbound());
  }

  @Test
  void countsNothingOfAClientThatHasGone() {
    connect();
    room.open = false;
    feed("C000C000");
    channel.close();
    assertEquals(0, room.kept);
  }
}
