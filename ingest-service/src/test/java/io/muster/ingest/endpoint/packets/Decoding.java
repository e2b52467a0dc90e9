package io.muster.ingest.endpoint.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.util.ArrayList;
import java.util.List;

/** A decoder in a channel without a socket; closing it checks that all memory came back. */
final class Decoding implements AutoCloseable {
  static final PacketLimits LIMITS = new PacketLimits(100_000, 6_000, 5_000, 100, 4, 3);
  static final byte[] CONNECT_3 = WireBytes.of("10 0E \"MQTT\" 04 02 003C \"ab\"");
  static final byte[] CONNECT_5 = WireBytes.of("10 0F \"MQTT\" 05 02 003C 00 \"ab\"");

  /** Room that a test can shut, and that knows what was taken. */
  static final class Room implements FrameRoom {
    boolean open = true;
    boolean hasMemory = true;
    int reserved;
    int kept;

    @Override
    public boolean open() {
      return open;
    }

    @Override
    public boolean reserve(int bytes) {
      if (hasMemory) {
        reserved += bytes;
      }
      return hasMemory;
    }

    @Override
    public void giveBack(int bytes) {
      reserved -= bytes;
      assertTrue(reserved >= 0, "more room was given back than taken");
    }

    @Override
    public void kept(int change) {
      kept += change;
      assertTrue(kept >= 0, "less than nothing lies undecoded");
    }
  }

  final Room room = new Room();
  final PacketDecoder decoder = new PacketDecoder(LIMITS, room, new ReadingDesk());
  final EmbeddedChannel channel = new EmbeddedChannel();
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);

  private Decoding() {
    channel.config().setAllocator(memory);
    channel.pipeline().addLast(decoder);
  }

  /** Of a client that has said nothing yet. */
  static Decoding ofStranger() {
    return new Decoding();
  }

  /** Of a client whose CONNECT was read. */
  static Decoding of(ProtocolVersion version) {
    var decoding = new Decoding();
    decoding.feed(version == ProtocolVersion.MQTT_5 ? CONNECT_5 : CONNECT_3);
    assertInstanceOf(Packet.Connect.class, decoding.next());
    return decoding;
  }

  Decoding feed(byte[] bytes) {
    ByteBuf buffer = memory.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    channel.writeInbound(buffer);
    return this;
  }

  Decoding feed(String bytes) {
    return feed(WireBytes.of(bytes));
  }

  /** The room is open again. */
  void resume() throws Exception {
    decoder.resume(channel.pipeline().context(decoder));
  }

  /** The packet that was read first, or null. */
  Packet next() {
    return channel.readInbound();
  }

  List<Packet> all() {
    List<Packet> packets = new ArrayList<>();
    for (var packet = next(); packet != null; packet = next()) {
      packets.add(packet);
    }
    return packets;
  }

  MalformedPacketException refuses(byte[] bytes) {
    var thrown = assertThrows(DecoderException.class, () -> feed(bytes));
    return assertInstanceOf(MalformedPacketException.class, thrown.getCause());
  }

  MalformedPacketException refuses(String bytes) {
    return refuses(WireBytes.of(bytes));
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
    assertEquals(0, room.reserved, "room that was not given back");
    assertEquals(0, room.kept, "bytes that still count as undecoded");
    assertEquals(0, memory.metric().usedHeapMemory(), "buffers that were not released");
    assertEquals(0, memory.metric().usedDirectMemory(), "buffers that were not released");
  }
}
