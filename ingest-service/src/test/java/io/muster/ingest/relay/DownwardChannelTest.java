package io.muster.ingest.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.mqtt.MqttInboundMetadata;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.junit.jupiter.api.Test;

class DownwardChannelTest {
  private final List<DownwardMessage> delivered = new ArrayList<>();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final DownwardChannel channel =
      new DownwardChannel(() -> Optional.of(delivered::add), meters);

  @Test
  void handsOverAllOfTheMessage() {
    channel.heard(
        message(
            MqttInboundMetadata.builder("downlink", "command/acme/d1/req/r1/reboot")
                .contentType("text/plain")
                .responseTopic("answer/here")
                .correlationData(ByteBuffer.wrap(new byte[] {7}))
                .messageExpiry(Duration.ofSeconds(30))
                .payloadFormat(Mqtt5PayloadFormatIndicator.UTF_8)
                .userProperty("b", "1")
                .userProperty("traceparent", "t")
                .userProperty("b", "2")));
    var message = delivered.getFirst();
    assertEquals(DeviceAddress.of("acme", "d1"), message.topic().device().orElseThrow());
    assertArrayEquals(new byte[] {1, 2}, message.payload());
    assertEquals(1, message.qos());
    assertEquals("text/plain", message.contentType());
    assertEquals("answer/here", message.responseTopic());
    assertArrayEquals(new byte[] {7}, message.correlationData());
    assertEquals("[[b, 1], [traceparent, t], [b, 2]]", message.userProperties().toString());
    assertEquals(1, message.payloadFormat());
    assertEquals(30, message.messageExpirySeconds());
    assertEquals(1, acknowledged.get());
  }

  @Test
  void whatIsNotSaidIsNotMadeUp() {
    channel.heard(
        message(
            MqttInboundMetadata.builder("downlink", "firmware/acme/d1/notify")
                .qos(MqttQos.AT_MOST_ONCE)));
    var message = delivered.getFirst();
    assertEquals(0, message.qos());
    assertNull(message.contentType());
    assertNull(message.responseTopic());
    assertNull(message.correlationData());
    assertEquals(-1, message.messageExpirySeconds());
  }

  @Test
  void whatMayNotGoDownIsDroppedAndAcknowledged() {
    channel.heard(message(MqttInboundMetadata.builder("downlink", "telemetry/acme/d1")));
    channel.heard(message(MqttInboundMetadata.builder("downlink", "command/UPPER/d1/req/1/x")));
    channel.heard(
        message(MqttInboundMetadata.builder("downlink", "command/acme/d1/req/1/x").retained(true)));
    assertEquals(List.of(), delivered);
    assertEquals(3, acknowledged.get());
    assertEquals(3, meters.counter("muster.downlink.messages", "outcome", "dropped").count());
  }

  @Test
  void anEndpointThatFailsDoesNotStopTheChannel() {
    var failing =
        new DownwardChannel(
            () ->
                Optional.of(
                    any -> {
                      throw new IllegalStateException("no");
                    }),
            meters);
    failing.heard(message(MqttInboundMetadata.builder("downlink", "firmware/acme/d1/notify")));
    assertEquals(1, acknowledged.get());
  }

  @Test
  void withoutAnEndpointNothingIsHeldBack() {
    var without = new DownwardChannel(Optional::empty, meters);
    without.heard(message(MqttInboundMetadata.builder("downlink", "firmware/acme/d1/notify")));
    assertEquals(1, acknowledged.get());
    assertTrue(delivered.isEmpty());
  }

  private Message<byte[]> message(MqttInboundMetadata.Builder mqtt) {
    return Message.of(
        new byte[] {1, 2},
        Metadata.of(mqtt.build()),
        () -> {
          acknowledged.incrementAndGet();
          return CompletableFuture.completedFuture(null);
        });
  }
}
