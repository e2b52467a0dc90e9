package io.muster.benchmarks.load;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The threads of a load generator: epoll where it is, else Java's own selectors. */
final class EventLoops {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private EventLoops() {}

  static EventLoopGroup start(int threads) {
    return Epoll.isAvailable() ? new EpollEventLoopGroup(threads) : new NioEventLoopGroup(threads);
  }

  static void stop(EventLoopGroup eventLoops) {
    eventLoops
        .shutdownGracefully(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT.toMillis());
  }
}
