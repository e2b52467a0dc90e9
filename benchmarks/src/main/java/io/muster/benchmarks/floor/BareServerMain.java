package io.muster.benchmarks.floor;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.IOException;

/**
 * A server that knows nothing: it accepts, answers whatever comes first with a CONNACK that is
 * always the same, and reads the rest away. The floor of connecting, and of holding a connection. A
 * process of its own.
 *
 * <p>Arguments: two ports on the loopback address, without and with TLS; certificate chain and key
 * as PEM files.
 */
public final class BareServerMain {
  private static final int BACKLOG = 4_096;

  /** CONNACK of MQTT 5: success, no properties. */
  private static final byte[] WELCOME = {0x20, 3, 0, 0, 0};

  private BareServerMain() {}

  /** Runs until the process is ended. */
  public static void main(String... arguments) throws IOException {
    var tls = SslContextBuilder.forServer(new File(arguments[2]), new File(arguments[3])).build();
    var loops = loops();
    var plain = listen(loops, Integer.parseInt(arguments[0]), null);
    listen(loops, Integer.parseInt(arguments[1]), tls);
    plain.closeFuture().syncUninterruptibly();
  }

  private static EventLoopGroup loops() {
    return Epoll.isAvailable() ? new EpollEventLoopGroup() : new NioEventLoopGroup();
  }

  private static Channel listen(EventLoopGroup loops, int port, SslContext tls) {
    Class<? extends ServerChannel> channel =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    return new ServerBootstrap()
        .group(loops)
        .channel(channel)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel accepted) {
                if (tls != null) {
                  accepted.pipeline().addLast(tls.newHandler(accepted.alloc()));
                }
                accepted.pipeline().addLast(new Welcome());
              }
            })
        .bind("127.0.0.1", port)
        .syncUninterruptibly()
        .channel();
  }

  private static final class Welcome extends ChannelInboundHandlerAdapter {
    private boolean isWelcome;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ((ByteBuf) message).release();
      if (!isWelcome) {
        isWelcome = true;
        context.writeAndFlush(Unpooled.wrappedBuffer(WELCOME));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
