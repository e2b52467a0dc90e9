package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.localstack.observe.traces.TraceServer;
import io.muster.systemtests.stack.ExportedSpan;
import io.muster.systemtests.stack.OwnReplica;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.SpanCollector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A running service sends its spans to a collector, with the setting that the guide shows. */
@ExtendWith(SharedStack.class)
class TracesIT {
  /** As a server of Prometheus asks. */
  private static final String PROMETHEUS =
      "application/openmetrics-text;version=1.0.0;q=0.5,"
          + "application/openmetrics-text;version=0.0.1;q=0.4,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN_OF_DEVICE = "b7ad6b7169203331";

  private final RunningStack stack;

  TracesIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void aReadingsTraceRunsFromItsDeviceToTheCommit() throws Exception {
    try (var collector = SpanCollector.start();
        var replica = OwnReplica.start(stack, "ingest-traced", settings(collector))) {
      publishTraced(replica);
      await().atMost(SOON).until(() -> ofTheTrace(collector).size() >= 2);
      var spans = ofTheTrace(collector);
      var received = named(spans, "receive telemetry");
      var committed = named(spans, "commit");
      assertEquals(SPAN_OF_DEVICE, received.parentId());
      assertEquals(received.spanId(), committed.parentId());
      assertEquals("ingest-service", committed.service());
      assertEquals(2, spans.size(), spans.toString());
      // A point of a dashboard leads to it.
      for (var histogram : List.of("muster_endpoint_acknowledge", "muster_intake_commit")) {
        await().atMost(SOON).until(() -> hasExemplar(replica, histogram + "_seconds_bucket"));
      }
    }
  }

  private boolean hasExemplar(OwnReplica replica, String bucket) {
    return stack
        .http()
        .get(replica.url() + "/q/metrics", null, PROMETHEUS)
        .body()
        .lines()
        .anyMatch(line -> line.startsWith(bucket) && line.contains("trace_id=\"" + TRACE + "\""));
  }

  @Test
  void aLaptopShowsItWithoutACollector() throws Exception {
    try (var traces = TraceServer.start(0)) {
      // As ./muster up --observe says it.
      var settings =
          Map.of(
              "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
              traces.address(),
              "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL",
              "http/protobuf",
              "MUSTER_ENDPOINT_TRACE_RATIO",
              "1");
      try (var replica = OwnReplica.start(stack, "ingest-shown", settings)) {
        publishTraced(replica);
        var page = traces.address() + "/trace/" + TRACE;
        await()
            .atMost(SOON)
            .until(() -> stack.http().get(page, null).body().contains("<summary>commit"));
        assertTrue(stack.http().get(page, null).body().contains("<summary>receive telemetry"));
        var list = stack.http().get(traces.address() + "/", null).body();
        assertTrue(list.contains("ingest-service: receive telemetry"), list);
      }
    }
  }

  private void publishTraced(OwnReplica replica) {
    var device = stack.newDevice(stack.newTenant(), "traced");
    var client = device.mqtt5(replica.endpointPort()).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{\"n\":1}".getBytes(StandardCharsets.UTF_8))
        .userProperties()
        .add("traceparent", "00-" + TRACE + "-" + SPAN_OF_DEVICE + "-00")
        .applyUserProperties()
        .send();
    client.disconnect();
  }

  private static Map<String, String> settings(SpanCollector collector) {
    return Map.of(
        "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", collector.url(), "MUSTER_ENDPOINT_TRACE_RATIO", "1");
  }

  private static List<ExportedSpan> ofTheTrace(SpanCollector collector) {
    return collector.spans().stream().filter(span -> span.traceId().equals(TRACE)).toList();
  }

  private static ExportedSpan named(List<ExportedSpan> spans, String name) {
    return spans.stream()
        .filter(span -> span.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " among " + spans));
  }
}
