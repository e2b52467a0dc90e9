package io.muster.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ReadingLimits;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.muster.outbox.EventIds;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.vertx.pgclient.PgException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted and traced of a transaction. */
class LaneObserverTest {
  private static final String DEVICES_TRACE = "0af7651916cd43dd8448eb211c80319c";

  private final DeviceAddress device = DeviceAddress.of("acme", "one");
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final SdkTracerProvider tracing =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();
  private final Interpreter interpreter =
      new Interpreter(
          ReadingLimits.DEFAULT, () -> TestIntake.TIMES, new EventIds(Clock.systemUTC()));
  private final LaneObserver observer =
      new LaneObserver(
          new IntakeMeters(registry), new CommitSpans(tracing.get("test")), null, List.of());

  @AfterEach
  void end() {
    tracing.close();
  }

  private Entry entry(DeviceTopic topic, String payload, Context trace) {
    var publication =
        new Publication(
            topic,
            device,
            payload.getBytes(UTF_8),
            1,
            false,
            null,
            Map.of(),
            Instant.EPOCH,
            null,
            trace);
    return new Entry(
        publication, null, device, interpreter.interpret(publication, null), outcome -> {});
  }

  private Entry telemetry(String payload) {
    return entry(new DeviceTopic.Telemetry(device), payload, Context.root());
  }

  private double counted(String name) {
    return registry.get("muster.intake." + name).counter().count();
  }

  private double counted(String name, String tag, String value) {
    return registry.get("muster.intake." + name).tag(tag, value).counter().count();
  }

  @Test
  void countsReadingsAndThoseThatWereThereAlready() {
    var repetition = telemetry("{\"ts\":1,\"a\":1}");
    repetition.repetition(true);
    var entries =
        List.of(
            telemetry("[{\"ts\":1,\"a\":1},{\"ts\":2,\"a\":1},{\"ts\":3,\"a\":1}]"), repetition);
    observer.committing(entries).committed(1);
    assertEquals(2, counted("readings"));
    assertEquals(1, counted("duplicates"));
    assertEquals(3, registry.get("muster.intake.batch.rows").summary().totalAmount());
    assertEquals(1, registry.get("muster.intake.commit").timer().count());
    var rows = registry.get("muster.intake.batch.rows").summary().takeSnapshot().histogramCounts();
    var commits = registry.get("muster.intake.commit").timer().takeSnapshot().histogramCounts();
    assertEquals(5_000, rows[rows.length - 1].bucket());
    assertEquals(1, rows[rows.length - 1].count());
    assertEquals(30, commits[commits.length - 1].bucket(TimeUnit.SECONDS));
    assertEquals(1, commits[commits.length - 1].count());
  }

  @Test
  void countsWhatBecomesOfMessages() {
    var event = entry(new DeviceTopic.Event(device), "x", Context.root());
    var repetition = entry(new DeviceTopic.Event(device), "x", Context.root());
    repetition.repetition(true);
    observer.finished(event, Outcome.kept());
    observer.finished(repetition, Outcome.kept());
    observer.finished(entry(new DeviceTopic.Presence(device), "x", Context.root()), Outcome.kept());
    observer.finished(telemetry("x"), Outcome.deadLettered(DeadLetterReason.MALFORMED));
    observer.finished(telemetry("x"), Outcome.refused(Shortage.QUARANTINED));
    observer.lost(event);
    assertEquals(1, counted("events"));
    assertEquals(1, counted("repetitions"));
    assertEquals(1, counted("messages"));
    assertEquals(1, counted("dead.letters", "reason", "malformed"));
    assertEquals(1, counted("refused", "shortage", "quarantined"));
    assertEquals(1, counted("lost"));
  }

  @Test
  void countsFailuresByWhatTheyMean() {
    for (var failure :
        List.of(
            new PgException("", "ERROR", "22003", ""),
            new PgException("", "ERROR", "40P01", ""),
            new PgException("", "ERROR", "XX000", ""),
            new PgException("", "ERROR", "57014", ""),
            new PgException("", "FATAL", "57P01", ""),
            new TimeoutException(),
            new IllegalStateException())) {
      observer.committing(List.of()).failed(failure);
    }
    assertEquals(1, counted("failures", "cause", "data"));
    assertEquals(1, counted("failures", "cause", "conflict"));
    assertEquals(2, counted("failures", "cause", "fault"));
    assertEquals(2, counted("failures", "cause", "slow"));
    assertEquals(1, counted("failures", "cause", "transient"));
    assertEquals(0, counted("failures", "cause", "missing-partition"));
  }

  @Test
  void tracesOnlyTheCommitOfMessagesWhoseTraceIsRecorded() {
    var received = tracing.get("test").spanBuilder("receive").setNoParent().startSpan();
    var traced =
        entry(
            new DeviceTopic.Telemetry(device),
            "{\"ts\":1,\"a\":1,\"traceparent\":\"00-" + DEVICES_TRACE + "-b7ad6b7169203331-01\"}",
            Context.root().with(received));
    observer
        .committing(List.of(traced, telemetry("{\"ts\":1,\"a\":1}")))
        .failed(new PgException("", "ERROR", "40001", ""));
    var commit = spans.getFinishedSpanItems().getFirst();
    assertEquals(1, spans.getFinishedSpanItems().size());
    assertEquals(received.getSpanContext().getSpanId(), commit.getParentSpanId());
    assertEquals(StatusCode.ERROR, commit.getStatus().getStatusCode());
    assertEquals(DEVICES_TRACE, commit.getLinks().getFirst().getSpanContext().getTraceId());
  }
}
