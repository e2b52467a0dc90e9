package io.muster.command.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommandTracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final Map<String, String> COMMAND =
      Map.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01");
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "press-1");

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
  private final CommandTraces traces = new CommandTraces(provider.get("test"));

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void sendingIsPartOfTheTraceThatCausedIt() {
    traces.sending(event(COMMAND), Uni.createFrom().voidItem()).await().indefinitely();
    var span = spans().getFirst();
    assertEquals("send command", span.getName());
    assertEquals(TRACE, span.getTraceId());
    assertEquals(SPAN, span.getParentSpanId());
    assertEquals(SpanKind.PRODUCER, span.getKind());
  }

  @Test
  void aBrokerThatFailsIsSeen() {
    var failing =
        traces.sending(event(COMMAND), Uni.createFrom().failure(new IllegalStateException()));
    assertThrows(IllegalStateException.class, () -> failing.await().indefinitely());
    assertEquals(StatusCode.ERROR, spans().getFirst().getStatus().getStatusCode());
  }

  @Test
  void withoutATraceThereIsNoSpan() {
    traces.sending(event(Map.of()), Uni.createFrom().voidItem()).await().indefinitely();
    assertEquals(List.of(), spans());
  }

  @Test
  void anAnswerJoinsTheTraceOfItsCommandWhateverTheDeviceSays() {
    var other = "11111111111111111111111111111111";
    var said = Map.of("traceparent", "00-" + other + "-2222222222222222-00", "a", "b");
    var at = Instant.parse("2026-01-05T10:00:00.123Z");
    answer(UserProperties.of(said), at);
    var span = spans().getFirst();
    assertEquals("receive answer", span.getName());
    assertEquals(TRACE, span.getTraceId());
    assertEquals(SPAN, span.getParentSpanId());
    assertEquals(at.getEpochSecond(), span.getStartEpochNanos() / 1_000_000_000);
    assertEquals(other, span.getLinks().getFirst().getSpanContext().getTraceId());
  }

  @Test
  void aDeviceWithoutOrWithANonsensicalTraceIsJoinedAllTheSame() {
    answer(UserProperties.NONE, Instant.now());
    answer(UserProperties.of("traceparent", "nonsense"), Instant.now());
    assertEquals(2, spans().size());
    assertTrue(spans().stream().allMatch(it -> it.getTraceId().equals(TRACE)));
    assertTrue(spans().stream().allMatch(it -> it.getLinks().isEmpty()));
  }

  private List<SpanData> spans() {
    return exporter.getFinishedSpanItems();
  }

  private void answer(UserProperties properties, Instant at) {
    var answer = new AnsweredCommand(DEVICE, UUID.randomUUID(), 200, properties, at);
    traces.answered(List.of(new CommandTraces.Traced(answer, COMMAND)));
  }

  private static OutboxEvent event(Map<String, String> properties) {
    return new OutboxEvent(
        1,
        UUID.randomUUID(),
        "command/demo/press-1/req/x/stop",
        1,
        null,
        properties,
        new byte[0],
        Instant.now());
  }
}
