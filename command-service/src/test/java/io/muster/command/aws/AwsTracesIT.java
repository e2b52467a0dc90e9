package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.CommandDatabase;
import io.muster.command.SettableClock;
import io.muster.contract.id.DeviceAddress;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What devices say over AWS IoT's topics, in the traces of what they were asked to do. */
class AwsTracesIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
  private AwsEvents events;
  private DeviceAddress device;
  private AwsInstance instance;
  private UUID job;

  @BeforeEach
  void makeAJob() {
    var clock = new SettableClock(Instant.parse("2026-01-05T10:00:00Z"));
    events = new AwsEvents(clock);
    device = DeviceAddress.of("t" + UUID.randomUUID().toString().substring(0, 12), "d1");
    instance = new AwsInstance(DATABASE, Map.of(), clock, provider.get("test"));
    job = instance.job(device.tenant().value(), "{}", false);
    instance.release(job, device);
    DATABASE.run("UPDATE command SET traceparent = '00-" + TRACE + "-" + SPAN + "-01'");
  }

  @AfterEach
  void close() {
    instance.close();
    provider.close();
  }

  @Test
  void eachWordOfTheDeviceJoinsTheTraceOfItsCommand() {
    take("start-next", "");
    take(job + "/update", "{'status':'SUCCEEDED'}");
    assertEquals(List.of(202L, 200L), statuses());
    for (var span : exporter.getFinishedSpanItems()) {
      assertEquals("receive answer", span.getName());
      assertEquals(TRACE, span.getTraceId());
      assertEquals(SPAN, span.getParentSpanId());
      // The trace that the endpoint saw the request in.
      assertEquals(1, span.getLinks().size());
    }
  }

  @Test
  void theTraceReachesTheDeviceThatIsToldOfItsJob() {
    var topic = AwsEvents.things(device) + "jobs/notify-next";
    instance.take(events.connected(device), events.subscribed(device, device, topic));
    instance.settle();
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE topic LIKE '%/notify-next'"
                + " AND user_properties->>'traceparent' LIKE '%-"
                + TRACE
                + "-%'"));
  }

  @Test
  void questionsAndRefusedWordsAreNoAnswers() {
    take("get", "");
    take("$next/get", "");
    take(job + "/update", "{'status':'SUCCEEDED','expectedVersion':7}");
    take(UUID.randomUUID() + "/update", "{'status':'SUCCEEDED'}");
    assertTrue(exporter.getFinishedSpanItems().isEmpty());
  }

  @Test
  void aPageOfWhichNothingIsOfInterestTellsNothingAgain() {
    take(job + "/update", "{'status':'FAILED'}");
    instance.committed();
    assertEquals(List.of(500L), statuses());
  }

  private void take(String rest, String payload) {
    instance.take(events.request(device, rest, payload));
    instance.committed();
  }

  private List<Long> statuses() {
    return exporter.getFinishedSpanItems().stream().map(AwsTracesIT::status).toList();
  }

  private static Long status(SpanData span) {
    return span.getAttributes().get(AttributeKey.longKey("muster.status"));
  }
}
