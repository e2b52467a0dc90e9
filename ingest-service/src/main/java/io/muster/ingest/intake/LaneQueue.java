package io.muster.ingest.intake;

import io.muster.ingest.intake.Outcome.Refused.Shortage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * What waits on a lane, in the order in which it came: about one batch of it decoded, the rest as
 * it came, since a kilobyte of gzip may hold ten thousand readings. Confined to the lane's thread
 * but for {@link #add}.
 */
final class LaneQueue {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  private final IntakeSettings settings;
  private final Interpreter interpreter;
  private final LaneListener listener;
  private final BiConsumer<Entry, Outcome> finished;
  private final Queue<Entry> arrivals = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Entry> decoded = new ArrayDeque<>();
  private int rows;
  private long bytes;

  /**
   * @param finished hears what became of entries that leave here
   */
  LaneQueue(
      IntakeSettings settings,
      Interpreter interpreter,
      LaneListener listener,
      BiConsumer<Entry, Outcome> finished) {
    this.settings = settings;
    this.interpreter = interpreter;
    this.listener = listener;
    this.finished = finished;
  }

  /** On any thread. */
  void add(Entry entry) {
    arrivals.add(entry);
  }

  /** Decodes what came, up to one batch. */
  void decodeAhead() {
    Entry entry;
    while (!holdsBatch() && (entry = arrivals.peek()) != null) {
      admit(entry);
      arrivals.poll(); // only now: should even the dead letter fail, it is still here
    }
  }

  /** Whether what is decoded makes a batch that is full. */
  boolean holdsBatch() {
    return rows >= settings.batchRows() || bytes >= settings.batchBytes();
  }

  /**
   * Whether nothing is decoded; then nothing waits either, once {@link #decodeAhead} was called.
   */
  boolean isEmpty() {
    return decoded.isEmpty();
  }

  private void admit(Entry entry) {
    var fault = entry.content() == null ? interpret(entry) : null;
    if (entry.content() instanceof Content.Refused && !listener.admitsDeadLetter(entry)) {
      finished.accept(entry, Outcome.refused(Shortage.QUARANTINED));
      return;
    }
    if (fault != null) { // not of one in quarantine: a device could fill the log
      LOG.errorf(fault, "A message of %s could not be read", entry.source());
    }
    decoded.add(entry);
    count(entry, 1);
  }

  /** A fault in one message must not cost the others: it becomes a dead letter. */
  private Throwable interpret(Entry entry) {
    try {
      entry.content(interpreter.interpret(entry.publication(), entry.id()));
      return null;
    } catch (Throwable fault) {
      entry.content(
          interpreter.refused(
              entry.publication(),
              entry.id(),
              DeadLetterReason.MALFORMED,
              "it could not be read: " + fault.getClass().getSimpleName()));
      return fault;
    }
  }

  private void count(Entry entry, int sign) {
    rows += sign * entry.rows();
    bytes += sign * entry.contentBytes();
  }

  /** As many as one transaction takes, and one at least. */
  List<Entry> next() {
    var batch = new ArrayList<Entry>(Math.min(decoded.size(), settings.batchRows()));
    var batchRows = 0;
    long batchBytes = 0;
    for (var entry = decoded.peek(); entry != null; entry = decoded.peek()) {
      batchRows += entry.rows();
      batchBytes += entry.contentBytes();
      if (!batch.isEmpty()
          && (batchRows > settings.batchRows() || batchBytes > settings.batchBytes())) {
        break;
      }
      batch.add(decoded.poll());
      count(entry, -1);
    }
    return batch;
  }

  /** Takes those back that have not left the lane; they are the next ones again. */
  void putBack(List<Entry> batch) {
    for (var entry : batch.reversed()) {
      if (!entry.hasFinished()) {
        decoded.addFirst(entry);
        count(entry, 1);
      }
    }
  }

  /** What may be lost is lost first: it would come too late anyhow. */
  void shedAtMostOnce() {
    for (var iterator = decoded.iterator(); iterator.hasNext(); ) {
      var entry = iterator.next();
      if (entry.isAtMostOnce()) {
        iterator.remove();
        count(entry, -1);
        finished.accept(entry, Outcome.refused(Shortage.DATABASE));
      }
    }
    for (var iterator = arrivals.iterator(); iterator.hasNext(); ) {
      var entry = iterator.next();
      if (entry.isAtMostOnce()) {
        iterator.remove();
        finished.accept(entry, Outcome.refused(Shortage.DATABASE));
      }
    }
  }
}
