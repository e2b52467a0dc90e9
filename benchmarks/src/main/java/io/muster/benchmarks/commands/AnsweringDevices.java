package io.muster.benchmarks.commands;

import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.LoadException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connected devices that answer each command at once. Thread-safe. */
final class AnsweringDevices implements AutoCloseable {
  private static final int CONNECTING_AT_ONCE = 50;
  private static final int THREADS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final EventLoopGroup eventLoops = new NioEventLoopGroup(THREADS);
  private final List<Channel> channels = new ArrayList<>();
  private final AnswerCounts counts = new AnswerCounts();

  private AnsweringDevices() {}

  /**
   * Connects and subscribes all.
   *
   * @param port of the endpoint
   * @throws LoadException when one of them cannot
   */
  static AnsweringDevices connect(List<DeviceLogin> logins, int port) {
    var devices = new AnsweringDevices();
    try {
      for (var first = 0; first < logins.size(); first += CONNECTING_AT_ONCE) {
        var last = Math.min(logins.size(), first + CONNECTING_AT_ONCE);
        devices.connectSome(logins.subList(first, last), port);
      }
      return devices;
    } catch (RuntimeException failed) {
      devices.close();
      throw failed;
    }
  }

  private void connectSome(List<DeviceLogin> logins, int port) {
    var pending = logins.stream().map(login -> connect(login, port)).toList();
    try {
      for (var one : pending) {
        channels.add(one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new LoadException("a device cannot listen for commands: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted while connecting", e);
    }
  }

  private CompletableFuture<Channel> connect(DeviceLogin login, int port) {
    var listening = new CompletableFuture<Channel>();
    new Bootstrap()
        .group(eventLoops)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new MqttDecoder())
                    .addLast(MqttEncoder.INSTANCE)
                    .addLast(new AnsweringDevice(login, counts, listening));
              }
            })
        .connect(new InetSocketAddress("127.0.0.1", port))
        .addListener(
            attempt -> {
              if (!attempt.isSuccess()) {
                listening.completeExceptionally(attempt.cause());
              }
            });
    return listening;
  }

  AnswerCounts counts() {
    return counts;
  }

  @Override
  public void close() {
    channels.forEach(
        channel ->
            channel.writeAndFlush(MqttMessage.DISCONNECT).addListener(sent -> channel.close()));
    channels.forEach(
        channel -> channel.closeFuture().awaitUninterruptibly(STOP_TIMEOUT.toMillis()));
    eventLoops
        .shutdownGracefully(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT.toMillis());
  }
}
