package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.websocket.MqttOverWebSocket;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes a socket so that its last packet arrives. A socket that is closed with bytes unread is
 * reset, and the client may never see why; so the sending half is closed first, and what still
 * comes is thrown away until the client has closed its own or the time is up. Stateless.
 */
final class Farewell {
  private Farewell() {}

  /**
   * @param last the last packet, or what is said in its place before there is MQTT; or null
   * @return whether the caller must close the socket itself after a while
   */
  static boolean say(Channel channel, Object last) {
    if (!channel.isWritable()) {
      ReferenceCountUtil.release(last);
      channel.close();
      return false;
    }
    if (last != null) {
      channel.write(last, channel.voidPromise());
    }
    var overWebSocket = MqttOverWebSocket.isSpoken(channel);
    if (last == null && !overWebSocket) {
      channel.close();
      return false;
    }
    var written =
        channel.writeAndFlush(overWebSocket ? MqttOverWebSocket.close() : Unpooled.EMPTY_BUFFER);
    if (channel instanceof DuplexChannel duplex
        && channel.pipeline().get(SslHandler.class) == null) {
      written.addListener(
          done -> {
            duplex.shutdownOutput();
            channel.config().setAutoRead(true);
          });
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
    return true;
  }
}
