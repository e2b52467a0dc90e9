package io.muster.benchmarks.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.load.DeviceLogin;
import io.muster.contract.id.DeviceAddress;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnsweringDeviceTest {
  private final AnswerCounts counts = new AnswerCounts();
  private final CompletableFuture<Channel> listening = new CompletableFuture<>();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new AnsweringDevice(
              new DeviceLogin(DeviceAddress.of("benchmark", "d1"), "secret"), counts, listening));

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void connectsSubscribesAndAnswers() {
    var connect = assertInstanceOf(MqttConnectMessage.class, channel.readOutbound());
    assertEquals("benchmark:d1", connect.payload().clientIdentifier());
    channel.writeInbound(accepted(MqttConnectReturnCode.CONNECTION_ACCEPTED));
    var subscribe = assertInstanceOf(MqttSubscribeMessage.class, channel.readOutbound());
    assertEquals(
        "command/benchmark/d1/req/#",
        subscribe.payload().topicSubscriptions().getFirst().topicFilter());
    channel.writeInbound(
        MqttMessageBuilders.subAck()
            .packetId((short) 1)
            .addGrantedQos(MqttQoS.AT_LEAST_ONCE)
            .build());
    assertTrue(listening.isDone());
    channel.writeInbound(command("command/benchmark/d1/req/c1/bench", 7));
    assertEquals(MqttMessageType.PUBACK, next().fixedHeader().messageType());
    var answer = assertInstanceOf(MqttPublishMessage.class, channel.readOutbound());
    assertEquals("command/benchmark/d1/res/c1/200", answer.variableHeader().topicName());
    answer.release();
    assertEquals(1, counts.total());
  }

  @Test
  void aRefusalIsToldAndTheConnectionEnds() {
    channel.readOutbound();
    channel.writeInbound(accepted(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5));
    assertTrue(listening.isCompletedExceptionally());
    assertFalse(channel.isActive());
    assertNull(channel.readOutbound());
  }

  @Test
  void aLostConnectionIsCounted() {
    channel.close();
    assertEquals(1, counts.lostConnections());
  }

  private MqttMessage next() {
    return channel.readOutbound();
  }

  private static MqttMessage accepted(MqttConnectReturnCode code) {
    return MqttMessageBuilders.connAck().returnCode(code).build();
  }

  private static MqttPublishMessage command(String topicName, int packetIdentifier) {
    return MqttMessageBuilders.publish()
        .topicName(topicName)
        .qos(MqttQoS.AT_LEAST_ONCE)
        .messageId(packetIdentifier)
        .payload(Unpooled.EMPTY_BUFFER)
        .build();
  }
}
