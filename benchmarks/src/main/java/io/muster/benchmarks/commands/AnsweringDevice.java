package io.muster.benchmarks.commands;

import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.LoadException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One device: it answers a command with 200 at once. Lives on its channel's event loop. */
final class AnsweringDevice extends ChannelInboundHandlerAdapter {
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final int LAST_PACKET_IDENTIFIER = 65_535;
  private static final int ID = 4;
  private static final int LEVELS = 6;
  private static final byte SUCCESS = 0;
  private static final int FIRST_FAILURE = 0x80;
  private static final byte[] ANSWER = "{\"done\":true}".getBytes(StandardCharsets.UTF_8);

  private final DeviceLogin login;
  private final AnswerCounts counts;
  private final CompletableFuture<Channel> listening;
  private int packetIdentifier;

  /**
   * @param listening completed when it has subscribed, or with why it cannot
   */
  AnsweringDevice(DeviceLogin login, AnswerCounts counts, CompletableFuture<Channel> listening) {
    this.login = login;
    this.counts = counts;
    this.listening = listening;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    var device = login.device();
    context.writeAndFlush(
        MqttMessageBuilders.connect()
            .protocolVersion(MqttVersion.MQTT_5)
            .clientId(device.tenant() + ":" + device.device())
            .cleanSession(true)
            .keepAlive(KEEP_ALIVE_SECONDS)
            .hasUser(true)
            .username(device.userName())
            .hasPassword(true)
            .password(login.secret().getBytes(StandardCharsets.UTF_8))
            .build());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      switch (message) {
        case MqttConnAckMessage it -> connected(context, it);
        case MqttSubAckMessage it -> subscribed(context, it);
        case MqttPublishMessage it -> command(context, it);
        default -> {
          // PUBACK, PINGRESP
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void connected(ChannelHandlerContext context, MqttConnAckMessage answer) {
    var code = answer.variableHeader().connectReturnCode();
    if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) {
      fail(context, "refused: " + code);
      return;
    }
    context.writeAndFlush(
        MqttMessageBuilders.subscribe()
            .messageId(nextPacketIdentifier())
            .addSubscription(MqttQoS.AT_LEAST_ONCE, "command/" + login.device() + "/req/#")
            .build());
    var pings =
        context
            .executor()
            .scheduleAtFixedRate(
                () -> context.writeAndFlush(MqttMessage.PINGREQ),
                KEEP_ALIVE_SECONDS / 2,
                KEEP_ALIVE_SECONDS / 2,
                TimeUnit.SECONDS);
    context.channel().closeFuture().addListener(closed -> pings.cancel(false));
  }

  private void subscribed(ChannelHandlerContext context, MqttSubAckMessage answer) {
    if (answer.payload().reasonCodes().getFirst() >= FIRST_FAILURE) {
      fail(context, "may not listen");
    } else {
      listening.complete(context.channel());
    }
  }

  private void command(ChannelHandlerContext context, MqttPublishMessage command) {
    if (command.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
      context.write(
          MqttMessageBuilders.pubAck()
              .packetId(command.variableHeader().packetId())
              .reasonCode(SUCCESS)
              .properties(MqttProperties.NO_PROPERTIES)
              .build());
    }
    var level = command.variableHeader().topicName().split("/", -1);
    if (level.length != LEVELS) {
      return;
    }
    context.write(
        MqttMessageBuilders.publish()
            .topicName("command/" + login.device() + "/res/" + level[ID] + "/200")
            .qos(MqttQoS.AT_LEAST_ONCE)
            .messageId(nextPacketIdentifier())
            .payload(Unpooled.wrappedBuffer(ANSWER))
            .build());
    counts.answered();
  }

  private int nextPacketIdentifier() {
    packetIdentifier = packetIdentifier % LAST_PACKET_IDENTIFIER + 1;
    return packetIdentifier;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    counts.lost();
    fail(context, "its connection ended");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(context, cause.toString());
  }

  private void fail(ChannelHandlerContext context, String why) {
    listening.completeExceptionally(new LoadException(login.device() + ": " + why));
    context.close();
  }
}
