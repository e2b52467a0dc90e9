package io.muster.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.endpoint.observe.PublishTracing;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One trace from the device's publish over the endpoint to the commit, and on to the services. */
class TracedLanesIT {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final Map<String, String> CARRIED =
      Map.of("traceparent", "00-" + TRACE + "-b7ad6b7169203331-00");

  @RegisterExtension static final SharedStore STORE = new SharedStore();

  private final StoreDatabase database = STORE.database();
  private final DeviceAddress device = DeviceAddress.of("traced", "one");
  private TestIntake intake;
  private PublishTracing tracing;

  @BeforeEach
  void begin() {
    intake = TestIntake.on(database);
    tracing = new PublishTracing(intake.tracer(), 1);
  }

  @AfterEach
  void end() {
    intake.close();
  }

  private void publish(DeviceTopic topic, Map<String, String> properties) {
    var payload = "{\"t\":1}".getBytes(UTF_8);
    var trace = tracing.begin(topic, 1, payload, UserProperties.of(properties));
    var outcome = new CompletableFuture<Outcome>();
    intake
        .lanes()
        .offer(
            new Publication(
                topic, device, payload, 1, false, null, properties, Instant.now(), null, trace),
            outcome::complete);
    tracing.end(trace, TestIntake.outcomeOf(outcome));
  }

  private SpanData span(String name) {
    return intake.spans().stream().filter(it -> it.getName().equals(name)).findFirst().orElse(null);
  }

  @Test
  void aReadingsCommitIsInTheTraceOfItsDevice() {
    publish(new DeviceTopic.Telemetry(device), CARRIED);
    await().until(() -> span("commit") != null && span("receive telemetry") != null);
    assertEquals(TRACE, span("receive telemetry").getTraceId());
    assertEquals(TRACE, span("commit").getTraceId());
    assertEquals(span("receive telemetry").getSpanId(), span("commit").getParentSpanId());
    assertTrue(span("commit").getLinks().isEmpty());
  }

  @Test
  void whatGoesOnToTheServicesCarriesTheEndpointsSpan() {
    publish(new DeviceTopic.Presence(device), CARRIED);
    await().until(() -> span("receive presence") != null);
    var stored =
        database
            .run(
                "SELECT user_properties->>'traceparent' FROM outbox"
                    + " WHERE topic = 'presence/traced/one'")
            .iterator()
            .next()
            .getString(0);
    assertEquals("00-" + TRACE + "-" + span("receive presence").getSpanId() + "-01", stored);
  }
}
