package io.muster.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ReadingLimits;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.retention.ReadingTimes;
import io.muster.outbox.EventIds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class LaneQueueTest {
  private static final int BATCH_ROWS = 100;
  private static final int BATCH_BYTES = 64 * 1024;

  private final DeviceAddress device = DeviceAddress.of("acme", "one");
  private final List<Outcome> outcomes = new ArrayList<>();
  private int decoded;

  private final LaneQueue queue =
      queue(
          () -> {
            decoded++;
            return TestIntake.TIMES;
          });

  private LaneQueue queue(Supplier<ReadingTimes> times) {
    return new LaneQueue(
        new IntakeSettings(
            1,
            BATCH_ROWS,
            BATCH_BYTES,
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            1_000,
            100,
            ReadingLimits.DEFAULT),
        new Interpreter(ReadingLimits.DEFAULT, times, new EventIds(Clock.systemUTC())),
        new Admitting(),
        (entry, outcome) -> outcomes.add(outcome));
  }

  @Test
  void decodesOneBatchAheadHoweverMuchComes() {
    for (int i = 0; i < 10 * BATCH_ROWS; i++) {
      queue.add(telemetry("{\"a\":1}".getBytes(UTF_8), 1));
    }
    queue.decodeAhead();
    queue.decodeAhead();
    assertEquals(BATCH_ROWS, decoded);
    assertEquals(BATCH_ROWS, queue.next().size());
    queue.decodeAhead();
    assertEquals(2 * BATCH_ROWS, decoded);
  }

  @Test
  void decodesNoMoreOfPackedMessagesThanMakesABatch() {
    var packed = packed(10_000);
    assertTrue(packed.length < 2_000);
    for (int i = 0; i < 1_000; i++) {
      queue.add(telemetry(packed, 1));
    }
    queue.decodeAhead();
    assertEquals(1, decoded);
  }

  @Test
  void boundsABatchByWhatItsMessagesHoldAndNotByHowTheyWerePacked() {
    var text = "{\"text\":\"" + "x".repeat(8_000) + "\"}";
    var packed = gzip(text.getBytes(UTF_8));
    assertTrue(packed.length < 200);
    for (int i = 0; i < BATCH_ROWS; i++) {
      queue.add(telemetry(packed, 1));
    }
    queue.decodeAhead();
    assertTrue(queue.holdsBatch());
    assertEquals(BATCH_BYTES / 8_300, queue.next().size());
  }

  @Test
  void putsWhatItFailsAtIntoTheDeadLettersAndGoesOn() {
    var faults = List.of(new IllegalStateException("a bug"), new StackOverflowError()).iterator();
    var faulty =
        queue(
            () -> {
              if (!faults.hasNext()) {
                return TestIntake.TIMES;
              }
              if (faults.next() instanceof Error error) {
                throw error;
              }
              throw new IllegalStateException("a bug");
            });
    for (int i = 0; i < 3; i++) {
      faulty.add(telemetry("{\"ts\":1,\"a\":1}".getBytes(UTF_8), 1));
    }
    faulty.decodeAhead();
    assertEquals(
        List.of(true, true, false),
        faulty.next().stream().map(it -> it.content() instanceof Content.Refused).toList());
  }

  @Test
  void goesOnWithWhatWasPutBackButHasNotLeft() {
    for (int i = 0; i < 4; i++) {
      queue.add(telemetry("{\"a\":1}".getBytes(UTF_8), 1));
    }
    queue.decodeAhead();
    var batch = queue.next();
    queue.add(telemetry("{\"later\":1}".getBytes(UTF_8), 1));
    batch.get(1).finish();
    queue.putBack(batch);
    queue.decodeAhead();
    var again = queue.next();
    assertEquals(4, again.size());
    assertEquals(List.of(batch.get(0), batch.get(2), batch.get(3)), again.subList(0, 3));
    assertTrue(queue.isEmpty());
  }

  @Test
  void shedsQos0WhetherDecodedOrNot() {
    for (int i = 0; i < 2 * BATCH_ROWS; i++) {
      queue.add(telemetry("{\"a\":1}".getBytes(UTF_8), i % 2));
    }
    queue.decodeAhead();
    queue.shedAtMostOnce();
    assertEquals(BATCH_ROWS, outcomes.size());
    queue.decodeAhead();
    assertEquals(BATCH_ROWS, queue.next().size());
    queue.decodeAhead();
    assertTrue(queue.isEmpty());
    assertFalse(queue.holdsBatch());
  }

  @Test
  void countsUserPropertiesAsWell() {
    var properties = Map.of("name", "v".repeat(BATCH_BYTES));
    var plain = TestIntake.publication(new DeviceTopic.Event(device), new byte[1], 1, null);
    var heavy =
        new Publication(
            plain.topic(),
            device,
            plain.payload(),
            1,
            false,
            null,
            properties,
            plain.receivedAt(),
            null,
            plain.trace());
    queue.add(new Entry(heavy, null, device, null, outcomes::add));
    queue.add(new Entry(heavy, null, device, null, outcomes::add));
    queue.decodeAhead();
    assertTrue(queue.holdsBatch());
    assertEquals(1, queue.next().size());
  }

  private Entry telemetry(byte[] payload, int qos) {
    var publication = TestIntake.publication(new DeviceTopic.Telemetry(device), payload, qos, null);
    return new Entry(publication, null, device, null, outcomes::add);
  }

  private static byte[] packed(int readings) {
    return gzip(
        IntStream.range(0, readings)
            .mapToObj(i -> "{\"ts\":1,\"a\":1}")
            .collect(Collectors.joining(",", "[", "]"))
            .getBytes(UTF_8));
  }

  private static byte[] gzip(byte[] plain) {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return packed.toByteArray();
  }

  /** Takes every dead letter. */
  private static final class Admitting implements LaneListener {
    @Override
    public void stalled(Duration waited) {}

    @Override
    public boolean admitsDeadLetter(Entry entry) {
      return true;
    }

    @Override
    public Commit committing(List<Entry> entries) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void finished(Entry entry, Outcome outcome) {}

    @Override
    public void lost(Entry entry) {}
  }
}
