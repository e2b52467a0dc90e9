package io.muster.ingest.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/** Sends single packets. Stateless. */
final class Output {
  private static final int USUAL_BYTES = 64;

  private Output() {}

  /** Writes and flushes one packet, unless the client has gone. */
  static void send(Channel channel, Consumer<ByteBuf> packet) {
    if (channel.isActive()) {
      channel.writeAndFlush(written(channel, packet), channel.voidPromise());
    }
  }

  static ByteBuf written(Channel channel, Consumer<ByteBuf> packet) {
    var out = channel.alloc().ioBuffer(USUAL_BYTES);
    packet.accept(out);
    return out;
  }
}
