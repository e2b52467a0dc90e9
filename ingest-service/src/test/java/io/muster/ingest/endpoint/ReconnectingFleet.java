package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Devices that all connect at once, and each of them again after a random while until it is let in,
 * as good clients do. They come from {@value #ADDRESSES} addresses. All of it runs on one thread.
 */
final class ReconnectingFleet implements AutoCloseable {
  private static final int ADDRESSES = 20;
  private static final int LEAST_PAUSE_MILLIS = 200;
  private static final int MOST_PAUSE_MILLIS = 3_000;
  private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

  private final EventLoopGroup loop = new NioEventLoopGroup(1);
  private final InetSocketAddress server;
  private final int sockets;
  private final Random random = new Random(1);
  private final ArrayDeque<Device> next = new ArrayDeque<>();
  private final AtomicInteger letIn = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private boolean allStay;
  private int open;
  private int staying;

  private static final class Device {
    final int number;
    int pauseMillis = LEAST_PAUSE_MILLIS;
    boolean isIn;

    Device(int number) {
      this.number = number;
    }
  }

  /**
   * @param sockets that may be open at a time; with fewer than devices, only half of them stay
   */
  ReconnectingFleet(int port, int sockets) {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.sockets = sockets;
  }

  void comeBack(int devices) {
    loop.execute(
        () -> {
          allStay = devices <= sockets;
          for (int i = 0; i < devices; i++) {
            next.add(new Device(i));
          }
          connectMore();
        });
  }

  int letIn() {
    return letIn.get();
  }

  /** How often one was told no. */
  int refused() {
    return refused.get();
  }

  /** How often one's socket was closed without a word. */
  int closed() {
    return closed.get();
  }

  /** How many that were in were thrown out. */
  int lost() {
    return lost.get();
  }

  private void connectMore() {
    while (open < sockets && !next.isEmpty()) {
      connect(next.remove());
    }
  }

  private void connect(Device device) {
    open++;
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Answer(device));
              }
            })
        .connect(server, new InetSocketAddress("127.0.0." + (2 + device.number % ADDRESSES), 0))
        .addListener(
            (ChannelFutureListener)
                done -> {
                  if (!done.isSuccess()) {
                    gone(device);
                  }
                });
  }

  private void gone(Device device) {
    open--;
    if (!device.isIn) {
      loop.schedule(
          () -> {
            next.add(device);
            connectMore();
          },
          device.pauseMillis / 2 + random.nextInt(device.pauseMillis),
          TimeUnit.MILLISECONDS);
      device.pauseMillis = Math.min(MOST_PAUSE_MILLIS, 2 * device.pauseMillis);
    }
    connectMore();
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Says CONNECT, and hears the answer. */
  private final class Answer extends ByteToMessageDecoder {
    private final Device device;
    private boolean told;
    private boolean stays;

    Answer(Device device) {
      this.device = device;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      var connect = ConnectPacket.of(MQTT_5).device("d" + device.number).bytes();
      context.writeAndFlush(Unpooled.wrappedBuffer(connect));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (!told && in.readableBytes() >= 4) {
        told = true;
        var code = in.getUnsignedByte(in.readerIndex() + 3);
        if (code == 0) {
          in(context);
        } else {
          refused.incrementAndGet();
          context.close();
        }
      }
      in.skipBytes(told ? in.readableBytes() : 0);
    }

    private void in(ChannelHandlerContext context) {
      device.isIn = true;
      if (allStay || staying < sockets / 2) {
        stays = true;
        staying++;
      } else {
        context
            .writeAndFlush(Unpooled.wrappedBuffer(DISCONNECT))
            .addListener(ChannelFutureListener.CLOSE);
      }
      letIn.incrementAndGet();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (stays && !loop.isShuttingDown()) {
        lost.incrementAndGet();
      } else if (!told) {
        closed.incrementAndGet();
      }
      gone(device);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable reset) {
      context.close();
    }
  }
}
