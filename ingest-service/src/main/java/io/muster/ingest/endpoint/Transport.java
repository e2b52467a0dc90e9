package io.muster.ingest.endpoint;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;
import jdk.net.ExtendedSocketOptions;
import org.jboss.logging.Logger;

/**
 * The event loops and sockets: epoll where it is, else Java's own selectors.
 *
 * @param channel of the listening sockets
 */
record Transport(EventLoopGroup loops, Class<? extends ServerChannel> channel, boolean epoll) {
  private static final Logger LOG = Logger.getLogger(Transport.class);

  /** A client that has vanished is found after this and {@link #KEEP_ALIVE_PROBES} more. */
  private static final int KEEP_ALIVE_IDLE_SECONDS = 120;

  private static final int KEEP_ALIVE_INTERVAL_SECONDS = 30;
  private static final int KEEP_ALIVE_PROBES = 4;
  private static final int USER_TIMEOUT_MILLIS = 120_000;

  /** Beyond the upper mark a connection's output counts as unread. */
  private static final WriteBufferWaterMark OUTPUT = new WriteBufferWaterMark(32_768, 65_536);

  private static final int LEAST_READ_BYTES = 512;
  private static final int FIRST_READ_BYTES = 2_048;

  /**
   * A connection that is not read keeps the buffer of its last read, and so does one with half a
   * packet. A quarter of Netty's; larger ones read no faster what devices send.
   */
  static final int MOST_READ_BYTES = 16_384;

  /**
   * @param threads 0 for as many as there are processors
   */
  static Transport start(EndpointConfig.Sockets wanted, int threads) {
    var count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    ThreadFactory named = new DefaultThreadFactory("muster-endpoint", true);
    return usesEpoll(wanted)
        ? new Transport(new EpollEventLoopGroup(count, named), EpollServerSocketChannel.class, true)
        : new Transport(new NioEventLoopGroup(count, named), NioServerSocketChannel.class, false);
  }

  private static boolean usesEpoll(EndpointConfig.Sockets wanted) {
    return switch (wanted) {
      case NIO -> false;
      case AUTO -> {
        if (!Epoll.isAvailable()) {
          LOG.infof(
              "No epoll here, so sockets are Java's own: %s", reason(Epoll.unavailabilityCause()));
        }
        yield Epoll.isAvailable();
      }
    };
  }

  private static String reason(Throwable unavailable) {
    var root = unavailable;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  /** In a word, for the log. */
  String label() {
    return epoll ? "epoll" : "nio";
  }

  ServerBootstrap server(int acceptBacklog) {
    var server =
        new ServerBootstrap()
            .group(loops)
            .channel(channel)
            .option(ChannelOption.SO_BACKLOG, acceptBacklog)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, OUTPUT)
            .childOption(
                ChannelOption.RCVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(
                    LEAST_READ_BYTES, FIRST_READ_BYTES, MOST_READ_BYTES))
            // So that a client that closes is not cut off while it is not read; see ReadGate.
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true);
    return epoll ? withEpollProbes(server) : withProbes(server);
  }

  private static ServerBootstrap withEpollProbes(ServerBootstrap server) {
    return server
        .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS)
        .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS)
        .childOption(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES)
        .childOption(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
  }

  private static ServerBootstrap withProbes(ServerBootstrap server) {
    return server
        .childOption(
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_ALIVE_IDLE_SECONDS)
        .childOption(
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
            KEEP_ALIVE_INTERVAL_SECONDS)
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_ALIVE_PROBES);
  }
}
