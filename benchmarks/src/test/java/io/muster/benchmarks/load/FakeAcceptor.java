package io.muster.benchmarks.load;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Accepts any client and acknowledges in groups: a client that had less in flight than its window
 * allows would wait for ever, and one that had more is noticed.
 */
public final class FakeAcceptor implements AutoCloseable {
  /**
   * How it behaves.
   *
   * @param receiveMaximum announced in CONNACK to MQTT 5 clients
   * @param group acknowledges when this many wait; the rest when nothing more comes for 50 ms
   * @param reason of every PUBACK
   * @param closesAfter publishes on a connection, then closes it; 0 for never
   */
  public record Behaviour(int receiveMaximum, int group, byte reason, int closesAfter) {
    public static Behaviour acknowledging(int receiveMaximum, int group) {
      return new Behaviour(receiveMaximum, group, (byte) 0, 0);
    }
  }

  private final EventLoopGroup eventLoops = new NioEventLoopGroup(1);
  private final Behaviour behaviour;
  private final Channel server;

  /** Topic name and payload: two devices may say the same. */
  final Set<String> readings = ConcurrentHashMap.newKeySet();

  final Set<String> topicNames = ConcurrentHashMap.newKeySet();
  final Queue<MqttConnectMessage> connects = new ConcurrentLinkedQueue<>();
  final AtomicInteger publishes = new AtomicInteger();
  final AtomicInteger mostInFlight = new AtomicInteger();
  final AtomicInteger disconnects = new AtomicInteger();

  public FakeAcceptor(Behaviour behaviour) {
    this.behaviour = behaviour;
    server =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new MqttDecoder(), MqttEncoder.INSTANCE, new Session());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  @Override
  public void close() {
    eventLoops.shutdownGracefully(0, 1, SECONDS).syncUninterruptibly();
  }

  private final class Session extends SimpleChannelInboundHandler<MqttMessage> {
    private final Queue<Integer> waiting = new ArrayDeque<>();
    private MqttVersion version;
    private int received;
    private long lastPublishNanos;

    @Override
    protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
      switch (message.fixedHeader().messageType()) {
        case CONNECT -> connect(context, (MqttConnectMessage) message);
        case PUBLISH -> publish(context, (MqttPublishMessage) message);
        case DISCONNECT -> disconnects.incrementAndGet();
        default -> throw new AssertionError("unexpected " + message);
      }
    }

    private void connect(ChannelHandlerContext context, MqttConnectMessage connect) {
      connects.add(connect);
      version =
          connect.variableHeader().version() == 5 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
      var answer =
          MqttMessageBuilders.connAck().returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED);
      if (version == MqttVersion.MQTT_5) {
        answer.properties(p -> p.receiveMaximum(behaviour.receiveMaximum()));
      }
      context.writeAndFlush(answer.build());
    }

    private void publish(ChannelHandlerContext context, MqttPublishMessage publish) {
      var topicName = publish.variableHeader().topicName();
      topicNames.add(topicName);
      readings.add(topicName + publish.payload().toString(StandardCharsets.US_ASCII));
      publishes.incrementAndGet();
      waiting.add(publish.variableHeader().packetId());
      mostInFlight.accumulateAndGet(waiting.size(), Math::max);
      lastPublishNanos = System.nanoTime();
      if (++received == behaviour.closesAfter()) {
        context.close();
      } else if (waiting.size() >= behaviour.group()) {
        // Only once all that was sent has been read: a client that goes beyond its window is seen.
        context.executor().execute(() -> acknowledgeAll(context));
      } else if (waiting.size() == 1) {
        context.executor().schedule(() -> acknowledgeRest(context), 50, MILLISECONDS);
      }
    }

    private void acknowledgeRest(ChannelHandlerContext context) {
      if (System.nanoTime() - lastPublishNanos >= MILLISECONDS.toNanos(50)) {
        acknowledgeAll(context);
      } else if (context.channel().isActive() && !waiting.isEmpty()) {
        context.executor().schedule(() -> acknowledgeRest(context), 50, MILLISECONDS);
      }
    }

    private void acknowledgeAll(ChannelHandlerContext context) {
      for (var id = waiting.poll(); id != null; id = waiting.poll()) {
        context.write(
            MqttMessageBuilders.pubAck().packetId(id).reasonCode(behaviour.reason()).build());
      }
      context.flush();
    }
  }
}
