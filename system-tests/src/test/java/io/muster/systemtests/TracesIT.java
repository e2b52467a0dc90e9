package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.contract.id.DeviceAddress;
import io.muster.localstack.observe.traces.TraceServer;
import io.muster.systemtests.devices.AnsweringDevice;
import io.muster.systemtests.stack.ExportedSpan;
import io.muster.systemtests.stack.OwnReplica;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.SpanCollector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Running services send their spans to a collector, with the setting that the guide shows. */
@ExtendWith(SharedStack.class)
class TracesIT {
  /** As a server of Prometheus asks. */
  private static final String PROMETHEUS =
      "application/openmetrics-text;version=1.0.0;q=0.5,"
          + "application/openmetrics-text;version=0.0.1;q=0.4,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN_OF_DEVICE = "b7ad6b7169203331";
  private static final String SPAN_OF_PERSON = "00f067aa0ba902b7";

  private final RunningStack stack;

  TracesIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void aReadingsTraceRunsFromItsDeviceToTheCommit() {
    try (var collector = SpanCollector.start();
        var replica = OwnReplica.start(stack, "ingest-traced", settings(collector))) {
      collector.want(TRACE);
      publishTraced(replica);
      await().atMost(SOON).until(() -> collector.spans(TRACE).size() >= 2);
      var spans = collector.spans(TRACE);
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

  /** Of a device that tells of no trace: its answer is found by the command's id. */
  @Test
  void aCommandsTraceRunsFromTheRequestOverTheDeviceToItsAnswer() {
    var trace = UUID.randomUUID().toString().replace("-", "");
    stack.spans().want(trace);
    var device = stack.newDevice(stack.newTenant(), "press-1");
    try (var listening =
        AnsweringDevice.connect(device, stack.endpointPort(1), name -> Optional.of(200))) {
      sendTraced(device.address(), trace);
      await().atMost(SOON).until(() -> hasAll(stack.spans().spans(trace)));
      var spans = stack.spans().spans(trace);
      var request = told(listening.heard().getFirst(), "traceparent").split("-");
      assertEquals(trace, request[1]);
      // The device is told of the request itself, and all that follows hangs on it.
      assertEquals(SPAN_OF_PERSON, with(spans, request[2]).parentId(), spans.toString());
      for (var name : List.of("send command", "receive answer")) {
        assertEquals(request[2], named(spans, name).parentId(), name);
        assertEquals("command-service", named(spans, name).service(), name);
      }
    }
  }

  private static boolean hasAll(List<ExportedSpan> spans) {
    var names = spans.stream().map(ExportedSpan::name).toList();
    return names.containsAll(List.of("send command", "receive answer"))
        && spans.stream().anyMatch(span -> span.parentId().equals(SPAN_OF_PERSON));
  }

  private void sendTraced(DeviceAddress device, String trace) {
    stack
        .http()
        .send(
            "POST",
            "%s/api/v1/tenants/%s/devices/%s/commands"
                .formatted(stack.command(2), device.tenant(), device.device()),
            stack.tokens().admin(),
            Map.of(
                "Content-Type",
                "application/json",
                "traceparent",
                "00-" + trace + "-" + SPAN_OF_PERSON + "-01"),
            "{\"name\":\"reboot\"}")
        .expect(201);
  }

  /** A user property of a message. */
  private static String told(Mqtt5Publish message, String name) {
    return message.getUserProperties().asList().stream()
        .filter(property -> property.getName().toString().equals(name))
        .map(property -> property.getValue().toString())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + message));
  }

  private static ExportedSpan with(List<ExportedSpan> spans, String id) {
    return spans.stream()
        .filter(span -> span.spanId().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + id + " among " + spans));
  }

  @Test
  void aLaptopShowsItWithoutACollector() throws Exception {
    try (var traces = TraceServer.start(0)) {
      // As ./muster up --observe says it, but for how long they are kept together.
      var settings =
          Map.of(
              "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
              traces.address(),
              "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL",
              "http/protobuf",
              "QUARKUS_OTEL_BSP_SCHEDULE_DELAY",
              "500ms",
              "MUSTER_ENDPOINT_TRACE_RATIO",
              "1");
      try (var replica = OwnReplica.start(stack, "ingest-shown", settings)) {
        publishTraced(replica);
        var page = traces.address() + "/trace/" + TRACE;
        // Both end at about the same time, and may come one after the other.
        for (var span : List.of("commit", "receive telemetry")) {
          await()
              .atMost(SOON)
              .until(() -> stack.http().get(page, null).body().contains("<summary>" + span));
        }
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
    var settings = new HashMap<>(collector.settings());
    settings.put("MUSTER_ENDPOINT_TRACE_RATIO", "1");
    return settings;
  }

  private static ExportedSpan named(List<ExportedSpan> spans, String name) {
    return spans.stream()
        .filter(span -> span.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " among " + spans));
  }
}
