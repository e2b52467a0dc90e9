package io.muster.ingest.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.mqtt.MqttOutboundMetadata;
import io.muster.mqtt.UserProperty;
import io.muster.outbox.RefusedMessageException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.smallrye.reactive.messaging.TracingMetadata;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

class BrokerLinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

  private final RecordingEmitter channel = new RecordingEmitter();
  private final BrokerLink link =
      new BrokerLink(
          channel,
          new RelayTracing(
              OpenTelemetry.propagating(
                  ContextPropagators.create(W3CTraceContextPropagator.getInstance()))),
          Clock.fixed(NOON, ZoneOffset.UTC));

  @Test
  void aMessageKeepsTopicPayloadAndPropertiesAndGetsItsIdAndSequence() {
    var event = event(1, 2);
    link.publish(event).subscribeAsCompletionStage();
    var sent = channel.sent.getFirst();
    assertArrayEquals(event.payload(), sent.getPayload());
    var mqtt = sent.getMetadata(MqttOutboundMetadata.class).orElseThrow();
    assertEquals(event.topic(), mqtt.topic().orElseThrow());
    assertEquals("text/plain", mqtt.contentType().orElseThrow());
    assertEquals(MqttQos.AT_LEAST_ONCE, mqtt.qos().orElseThrow());
    assertTrue(mqtt.userProperties().contains(new UserProperty("a", "b")));
    assertTrue(
        mqtt.userProperties().contains(new UserProperty("muster-id", event.id().toString())));
    assertTrue(mqtt.userProperties().contains(new UserProperty("muster-sequence", "1")));
  }

  private MqttOutboundMetadata sent(UserProperties properties, CarriedProperties carried) {
    link.publish(
            new OutboxEvent(
                1, UUID.randomUUID(), "a/b/c", 1, null, properties, new byte[0], NOON, carried))
        .subscribeAsCompletionStage();
    return channel.sent.getLast().getMetadata(MqttOutboundMetadata.class).orElseThrow();
  }

  @Test
  void userPropertiesKeepTheirOrderAndRepetitions() {
    var said = UserProperties.builder().add("b", "1").add("a", "2").add("b", "3").build();
    var properties = sent(said, CarriedProperties.NONE).userProperties();
    assertEquals(
        List.of(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "3")),
        properties.subList(0, 3));
  }

  @Test
  void aMessageCarriesWhatElseWasSaidOfIt() {
    var carried = new CarriedProperties(1, new byte[] {7}, NOON.plusMillis(29_001));
    var mqtt = sent(UserProperties.NONE, carried);
    assertEquals(Mqtt5PayloadFormatIndicator.UTF_8, mqtt.payloadFormat().orElseThrow());
    assertEquals(7, mqtt.correlationData().orElseThrow().get());
    assertEquals(Duration.ofSeconds(30), mqtt.messageExpiry().orElseThrow());
    var bare = sent(UserProperties.NONE, CarriedProperties.NONE);
    assertTrue(bare.payloadFormat().isEmpty() && bare.correlationData().isEmpty());
    assertTrue(bare.messageExpiry().isEmpty());
  }

  /** The outbox finds it expired the next time it looks. */
  @Test
  void aMessageThatHasExpiredIsNotSent() {
    var event =
        new OutboxEvent(
            1,
            UUID.randomUUID(),
            "a/b/c",
            1,
            null,
            UserProperties.NONE,
            new byte[0],
            NOON,
            new CarriedProperties(null, null, NOON));
    var failed = link.publish(event).subscribeAsCompletionStage();
    var failure = assertThrows(CompletionException.class, failed::join);
    assertFalse(failure.getCause() instanceof RefusedMessageException);
    assertTrue(channel.sent.isEmpty());
  }

  @Test
  void aMessageGoesOnInTheTraceItWasWrittenIn() {
    link.publish(event(1, 1)).subscribeAsCompletionStage();
    var trace = TracingMetadata.fromMessage(channel.sent.getFirst()).orElseThrow();
    assertEquals(
        TRACE_ID, Span.fromContext(trace.getCurrentContext()).getSpanContext().getTraceId());
  }

  @Test
  void completesWhenTheBrokerHasIt() {
    var done = link.publish(event(1, 1)).subscribeAsCompletionStage();
    assertFalse(done.isDone());
    channel.sent.getFirst().ack();
    assertTrue(done.isDone() && !done.isCompletedExceptionally());
  }

  @Test
  void whatIsStillOnItsWayIsNotSentAgain() {
    var event = event(1, 1);
    var first = link.publish(event).subscribeAsCompletionStage();
    var second = link.publish(event).subscribeAsCompletionStage();
    assertEquals(1, channel.sent.size());
    channel.sent.getFirst().ack();
    assertTrue(first.isDone() && second.isDone());
    link.publish(event).subscribeAsCompletionStage();
    assertEquals(2, channel.sent.size());
  }

  @Test
  void givingUpWaitingDoesNotLetTheMessageBeSentTwice() {
    var event = event(1, 1);
    var impatient = link.publish(event).ifNoItem().after(Duration.ofMillis(10)).fail();
    assertThrows(
        io.smallrye.mutiny.TimeoutException.class, () -> impatient.await().atMost(PATIENCE));
    var again = link.publish(event).subscribeAsCompletionStage();
    assertEquals(1, channel.sent.size());
    channel.sent.getFirst().ack();
    assertTrue(again.isDone());
  }

  @Test
  void aFullChannelFailsTheMessageAndNothingElse() {
    channel.full = true;
    var failed = link.publish(event(1, 1)).subscribeAsCompletionStage();
    assertTrue(failed.isCompletedExceptionally());
    channel.full = false;
    link.publish(event(1, 1)).subscribeAsCompletionStage();
    assertEquals(1, channel.sent.size());
  }

  @Test
  void aRefusalForGoodIsToldFromABrokerThatIsAway() {
    var refused = link.publish(event(1, 1)).subscribeAsCompletionStage();
    channel.sent.getFirst().nack(new MqttEncodeException("packet too large"));
    var failure = assertThrows(CompletionException.class, refused::join);
    assertTrue(failure.getCause() instanceof RefusedMessageException);

    var later = link.publish(event(2, 1)).subscribeAsCompletionStage();
    channel.sent.getLast().nack(new IllegalStateException("the application stops"));
    var away = assertThrows(CompletionException.class, later::join);
    assertTrue(away.getCause() instanceof IllegalStateException);
  }

  private static OutboxEvent event(long sequence, int qos) {
    return new OutboxEvent(
        sequence,
        UUID.randomUUID(),
        "command/acme/d1/res/r/200",
        qos,
        "text/plain",
        Map.of("a", "b", "traceparent", "00-" + TRACE_ID + "-b7ad6b7169203331-01"),
        new byte[] {1, 2},
        Instant.EPOCH);
  }

  private static final class RecordingEmitter implements Emitter<byte[]> {
    private final List<Message<byte[]>> sent = new ArrayList<>();
    private boolean full;

    @Override
    public CompletionStage<Void> send(byte[] payload) {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <M extends Message<? extends byte[]>> void send(M message) {
      if (full) {
        throw new IllegalStateException("no room");
      }
      sent.add((Message<byte[]>) message);
    }

    @Override
    public void complete() {}

    @Override
    public void error(Exception failure) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean hasRequests() {
      return true;
    }
  }
}
