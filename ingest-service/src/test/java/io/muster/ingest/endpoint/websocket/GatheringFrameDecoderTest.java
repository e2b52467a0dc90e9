package io.muster.ingest.endpoint.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.FrameRoom;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What gathers of a frame that has not come whole. */
class GatheringFrameDecoderTest {
  private static final int FRAME_BYTES = 60_000;
  private static final int MASK_BYTES = 4;

  /** Room that a connection is not read for want of. */
  private final class Room implements FrameRoom {
    boolean hasMemory = true;
    int reserved;

    @Override
    public boolean open() {
      return channel.config().isAutoRead();
    }

    @Override
    public boolean reserve(int bytes) {
      if (hasMemory) {
        reserved += bytes;
      } else {
        channel.config().setAutoRead(false);
      }
      return hasMemory;
    }

    @Override
    public void giveBack(int bytes) {
      reserved -= bytes;
    }
  }

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Room room = new Room();
  private int reads;

  @BeforeEach
  void open() {
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext context) {
                reads++;
                context.read();
              }
            },
            new GatheringFrameDecoder(
                WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(FRAME_BYTES).build(),
                room));
  }

  @AfterEach
  void holdsNothingInTheEnd() {
    channel.finishAndReleaseAll();
    assertEquals(0, room.reserved);
  }

  private void begin() {
    channel.writeInbound(
        Unpooled.wrappedBuffer(
            new byte[] {(byte) 0x82, (byte) 0xFE, (byte) (FRAME_BYTES >> 8), (byte) FRAME_BYTES},
            new byte[MASK_BYTES]));
  }

  private void goOn(int bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[bytes]));
  }

  @Test
  void takesRoomAsItComesAndGivesItBackWhenTheFrameIsWhole() {
    begin();
    assertEquals(0, room.reserved);
    goOn(10_000);
    assertTrue(room.reserved >= 10_000 && room.reserved < 11_000, () -> "" + room.reserved);
    goOn(FRAME_BYTES - 10_000);
    assertEquals(0, room.reserved);
    BinaryWebSocketFrame frame = channel.readInbound();
    assertNotNull(frame);
    assertEquals(FRAME_BYTES, frame.content().readableBytes());
    frame.release();
  }

  @Test
  void readsNoMoreOfAFrameForWhichThereIsNoRoom() {
    room.hasMemory = false;
    begin();
    reads = 0;
    goOn(10_000);
    assertEquals(0, reads);
    goOn(1_000);
    assertEquals(0, reads);
    room.hasMemory = true;
    channel.config().setAutoRead(true);
    goOn(FRAME_BYTES - 11_000);
    BinaryWebSocketFrame frame = channel.readInbound();
    assertNotNull(frame);
    frame.release();
  }
}
