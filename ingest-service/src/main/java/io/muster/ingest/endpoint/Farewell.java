package io.muster.ingest.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * Closes a socket so that its last packet arrives. A socket that is closed with bytes unread is
 * reset, and the client may never see why; so the sending half is closed first, and what still
 * comes is thrown away until the client has closed its own or the time is up. Stateless.
 */
final class Farewell {
  private Farewell() {}

  /**
   * @param last the last packet, or null
   * @return whether the caller must close the socket itself after a while
   */
  static boolean say(Channel channel, ByteBuf last) {
    if (last == null || !channel.isWritable()) {
      if (last != null) {
        last.release();
      }
      channel.close();
      return false;
    }
    if (channel instanceof DuplexChannel duplex
        && channel.pipeline().get(SslHandler.class) == null) {
      channel
          .writeAndFlush(last)
          .addListener(
              written -> {
                duplex.shutdownOutput();
                channel.config().setAutoRead(true);
              });
    } else {
      channel.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    }
    return true;
  }
}
