package io.muster.benchmarks.load;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * Sends CONNECT, waits for CONNACK and then gives the channel to a {@link DeviceConnection}. Lives
 * on the channel's event loop.
 */
final class Handshake extends ChannelInboundHandlerAdapter {
  static final String CODEC = "codec";
  static final int KEEP_ALIVE_SECONDS = 60;
  private static final int NO_RECEIVE_MAXIMUM = 65_535;

  private final Target target;
  private final DeviceLogin login;
  private final String clientIdentifier;
  private final CompletableFuture<DeviceConnection> connected;

  /**
   * @param connected completed with the connection, or with why there is none
   */
  Handshake(
      Target target,
      DeviceLogin login,
      String clientIdentifier,
      CompletableFuture<DeviceConnection> connected) {
    this.target = target;
    this.login = login;
    this.clientIdentifier = clientIdentifier;
    this.connected = connected;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // With TLS the handler before this one keeps it until the session stands.
    context.writeAndFlush(connect());
  }

  private MqttConnectMessage connect() {
    return MqttMessageBuilders.connect()
        .protocolVersion(target.version())
        .clientId(clientIdentifier)
        .cleanSession(true)
        .keepAlive(KEEP_ALIVE_SECONDS)
        .hasUser(true)
        .username(login.device().userName())
        .hasPassword(true)
        .password(login.secret().getBytes(StandardCharsets.UTF_8))
        .build();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof MqttConnAckMessage answer) {
        answered(context, answer);
      } else {
        fail(context, "something else than CONNACK: " + message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answered(ChannelHandlerContext context, MqttConnAckMessage answer) {
    var code = answer.variableHeader().connectReturnCode();
    if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) {
      fail(context, "refused, reason 0x%02x".formatted(code.byteValue() & 0xff));
      return;
    }
    var window =
        target.version() == MqttVersion.MQTT_5
            ? Math.min(target.window(), receiveMaximum(answer.variableHeader().properties()))
            : target.window();
    var topicName = "telemetry/" + login.device();
    var connection =
        new DeviceConnection(
            context.channel(), new PublishTemplate(target.version(), topicName), window);
    context.pipeline().replace(this, "device", connection);
    context.pipeline().replace(CODEC, "replies", new ReplyReader(connection));
    connected.complete(connection);
  }

  /** Without the property it is 65,535 (MQTT 5 §3.2.2.3.3). */
  private static int receiveMaximum(MqttProperties properties) {
    var property = properties.getProperty(MqttPropertyType.RECEIVE_MAXIMUM.value());
    return property instanceof IntegerProperty number ? number.value() : NO_RECEIVE_MAXIMUM;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(context, "closed before CONNACK");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    connected.completeExceptionally(
        new LoadException(login.device() + ": " + cause.getMessage(), cause));
    context.close();
  }

  private void fail(ChannelHandlerContext context, String why) {
    connected.completeExceptionally(new LoadException(login.device() + ": " + why));
    context.close();
  }
}
