package io.muster.firmware.download;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * When a connection that gives a download is idle: as long as nothing of it goes out. Vert.x counts
 * a piece of a file, which is 1 MiB, when all of it is on its way, and would close the connection
 * of whoever takes longer for one than a connection may be idle. Stateless.
 */
final class IdleTime {
  /** As Vert.x calls it. */
  private static final String HANDLER = "idle";

  private IdleTime() {}

  /** From now on, with the times that it has. */
  static void countEachByte(HttpConnection connection) {
    if (connection instanceof ConnectionBase open) {
      var channel = open.channel();
      channel.eventLoop().execute(() -> countEachByte(channel.pipeline()));
    }
  }

  private static void countEachByte(ChannelPipeline pipeline) {
    if (pipeline.get(HANDLER) instanceof IdleStateHandler usual && !(usual instanceof EachByte)) {
      pipeline.replace(HANDLER, HANDLER, new EachByte(usual));
    }
  }

  /** One that takes nothing any more is idle after twice the time at most. */
  private static final class EachByte extends IdleStateHandler {
    private EachByte(IdleStateHandler usual) {
      super(
          true,
          usual.getReaderIdleTimeInMillis(),
          usual.getWriterIdleTimeInMillis(),
          usual.getAllIdleTimeInMillis(),
          TimeUnit.MILLISECONDS);
    }

    /**
     * Netty tells of the first idle time whatever went out, and notes how far that is; from the
     * second on it tells only if nothing did. So with bytes on their way the second one counts.
     */
    @Override
    protected void channelIdle(ChannelHandlerContext connection, IdleStateEvent event)
        throws Exception {
      var waiting = connection.channel().unsafe().outboundBuffer();
      if (!event.isFirst() || waiting == null || waiting.isEmpty()) {
        super.channelIdle(connection, event);
      }
    }
  }
}
