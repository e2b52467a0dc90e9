package io.muster.ingest.intake;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ReadingLimits;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.deadletters.Quarantine;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.intake.Publication.ExactlyOnce;
import io.muster.ingest.retention.ReadingPartitions;
import io.muster.ingest.retention.ReadingTimes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/** The intake without the service around it. */
final class TestIntake implements AutoCloseable {
  static {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  static final int DEAD_LETTERS_PER_MINUTE = 30;
  static final int DEAD_LETTER_BYTES = 100;
  static final ReadingTimes TIMES =
      new ReadingTimes(Instant.EPOCH, Optional.empty(), Duration.ofHours(1));
  private static final long PATIENCE_SECONDS = 60;

  private final Lanes lanes;
  private final Quarantine quarantine;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final SdkTracerProvider tracing =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();

  private TestIntake(StoreDatabase database, IntakeSettings settings, int fieldSets) {
    this(
        database,
        settings,
        dictionaries(database, 10_000, fieldSets),
        () -> TIMES,
        UnaryOperator.identity(),
        List.of());
  }

  /**
   * @param times asked once for each telemetry message that is decoded
   * @param listener stands before the usual one
   */
  TestIntake(
      StoreDatabase database,
      IntakeSettings settings,
      Dictionaries dictionaries,
      Supplier<ReadingTimes> times,
      UnaryOperator<LaneListener> listener,
      List<Afterwards> afterwards) {
    var clock = Clock.systemUTC();
    quarantine = new Quarantine(database.pool(), clock, DEAD_LETTERS_PER_MINUTE);
    var meters = new IntakeMeters(registry);
    lanes =
        new Lanes(
            database.vertx(),
            database::options,
            settings,
            dictionaries,
            times,
            listener.apply(
                new LaneObserver(meters, new CommitSpans(tracer()), quarantine, afterwards)),
            meters,
            clock);
  }

  static Dictionaries dictionaries(StoreDatabase database, int remembered, int fieldSets) {
    return new Dictionaries(
        new DeviceDirectory(database.pool(), remembered),
        new FieldSetKeys(remembered, fieldSets),
        new ReadingPartitions(Clock.systemUTC(), Duration.ofDays(62)));
  }

  static TestIntake on(StoreDatabase database) {
    return new TestIntake(database, settings(2_000, Duration.ofSeconds(20), 1 << 20), 100_000);
  }

  static TestIntake withFieldSets(StoreDatabase database, int most) {
    return new TestIntake(database, settings(2_000, Duration.ofSeconds(20), 1 << 20), most);
  }

  static TestIntake withBounds(
      StoreDatabase database, Duration commitTimeout, long atMostOnceBytes) {
    return new TestIntake(database, settings(2_000, commitTimeout, atMostOnceBytes), 100_000);
  }

  static TestIntake withBatchRows(StoreDatabase database, int rows) {
    return new TestIntake(database, settings(rows, Duration.ofSeconds(20), 1 << 20), 100_000);
  }

  static IntakeSettings settings(int rows, Duration commitTimeout, long atMostOnceBytes) {
    return new IntakeSettings(
        2,
        rows,
        4 << 20,
        Duration.ZERO,
        commitTimeout,
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofMillis(20),
        Duration.ofMillis(500),
        atMostOnceBytes,
        DEAD_LETTER_BYTES,
        ReadingLimits.DEFAULT);
  }

  Lanes lanes() {
    return lanes;
  }

  Quarantine quarantine() {
    return quarantine;
  }

  double counted(String name) {
    return registry.get("muster.intake." + name).counter().count();
  }

  /** What an operator sees of the database. */
  double reachable() {
    return registry.get("muster.intake.store.reachable").gauge().value();
  }

  /** How many transactions stored something. */
  long batches() {
    return registry.get("muster.intake.batch.rows").summary().count();
  }

  /** How many batches had to wait for their commit. */
  long stalls() {
    return registry.get("muster.intake.stall").timer().count();
  }

  /** How long the batch of some lane waits now, in seconds; the longest of them. */
  double waiting() {
    return registry.get("muster.intake.commit.waiting").gauges().stream()
        .mapToDouble(Gauge::value)
        .max()
        .orElseThrow();
  }

  Tracer tracer() {
    return tracing.get("test");
  }

  /** The spans that have ended. */
  List<SpanData> spans() {
    return spans.getFinishedSpanItems();
  }

  CompletableFuture<Outcome> telemetry(DeviceAddress device, String payload) {
    return offer(new DeviceTopic.Telemetry(device), payload.getBytes(StandardCharsets.UTF_8), 1);
  }

  CompletableFuture<Outcome> offer(DeviceTopic.OfDevice topic, byte[] payload, int qos) {
    return offer(publication(topic, payload, qos, null));
  }

  CompletableFuture<Outcome> exactlyOnce(
      DeviceTopic.OfDevice topic, String payload, ExactlyOnce identifier) {
    return offer(publication(topic, payload.getBytes(StandardCharsets.UTF_8), 2, identifier));
  }

  CompletableFuture<Outcome> offer(Publication publication) {
    var outcome = new CompletableFuture<Outcome>();
    lanes.offer(publication, outcome::complete);
    return outcome;
  }

  static Publication publication(
      DeviceTopic.OfDevice topic, byte[] payload, int qos, ExactlyOnce identifier) {
    return new Publication(
        topic,
        topic.address(),
        payload,
        qos,
        false,
        null,
        Map.of(),
        Instant.now(),
        identifier,
        Context.root());
  }

  static Outcome outcomeOf(CompletableFuture<Outcome> pending) {
    return pending.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    lanes.close();
    tracing.close();
  }
}
