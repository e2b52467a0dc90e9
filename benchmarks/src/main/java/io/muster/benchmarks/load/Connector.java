package io.muster.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** Makes connections to one server. */
final class Connector {
  private final Target target;
  private final Bootstrap bootstrap;

  Connector(Target target, EventLoopGroup eventLoops) {
    this.target = target;
    this.bootstrap =
        new Bootstrap()
            .group(eventLoops)
            .channel(socketClass(eventLoops))
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(target.timeout().toMillis()));
  }

  private static Class<? extends SocketChannel> socketClass(EventLoopGroup eventLoops) {
    return eventLoops instanceof EpollEventLoopGroup
        ? EpollSocketChannel.class
        : NioSocketChannel.class;
  }

  /**
   * Makes the connections numbered {@code first} to {@code last}, exclusive, at once.
   *
   * @throws LoadException when one of them cannot be made
   */
  List<DeviceConnection> connect(List<DeviceLogin> logins, int first, int last) {
    var pending = IntStream.range(first, last).mapToObj(i -> connect(logins, i)).toList();
    return pending.stream().map(this::await).toList();
  }

  /**
   * Makes one connection.
   *
   * @param nth decides about device, client identifier and source address
   */
  CompletableFuture<DeviceConnection> connect(List<DeviceLogin> logins, int nth) {
    var login = logins.get(nth % logins.size());
    var ordinal = nth / logins.size();
    var device = login.device();
    var own = device.tenant() + ":" + device.device();
    var clientIdentifier = ordinal == 0 ? own : own + ":" + ordinal;
    var connected = new CompletableFuture<DeviceConnection>();
    bootstrap
        .clone()
        .handler(pipeline(new Handshake(target, login, clientIdentifier, connected)))
        .connect(new InetSocketAddress(target.host(), target.port()), target.source(nth))
        .addListener(
            attempt -> {
              if (!attempt.isSuccess()) {
                connected.completeExceptionally(attempt.cause());
              }
            });
    return connected;
  }

  private ChannelInitializer<Channel> pipeline(Handshake handshake) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        var pipeline = channel.pipeline();
        if (target.tls() != null) {
          pipeline.addLast(target.tls().newHandler(channel.alloc(), target.host(), target.port()));
        }
        pipeline
            .addLast(Handshake.CODEC, new MqttDecoder())
            .addLast(MqttEncoder.INSTANCE)
            .addLast(handshake);
      }
    };
  }

  private DeviceConnection await(CompletableFuture<DeviceConnection> pending) {
    try {
      return pending.get(target.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new LoadException(where() + " did not answer within " + target.timeout(), e);
    } catch (ExecutionException e) {
      throw new LoadException("cannot connect to " + where() + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted while connecting", e);
    }
  }

  private String where() {
    return target.host() + ":" + target.port();
  }
}
