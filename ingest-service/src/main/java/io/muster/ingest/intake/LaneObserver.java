package io.muster.ingest.intake;

import io.muster.ingest.deadletters.Quarantine;
import io.muster.ingest.tracing.Exemplars;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** Measures, traces and tells what happens on the lanes. Thread-safe. */
final class LaneObserver implements LaneListener {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  private final IntakeMeters meters;
  private final CommitSpans spans;
  private final Quarantine quarantine;
  private final List<Afterwards> afterwards;

  LaneObserver(
      IntakeMeters meters, CommitSpans spans, Quarantine quarantine, List<Afterwards> afterwards) {
    this.meters = meters;
    this.spans = spans;
    this.quarantine = quarantine;
    this.afterwards = List.copyOf(afterwards);
  }

  @Override
  public boolean admitsDeadLetter(Entry entry) {
    return entry.content() instanceof Content.Refused refused
        && quarantine.admits(entry.source(), refused.letter().reason());
  }

  @Override
  public Commit committing(List<Entry> entries) {
    return new ObservedCommit(entries, spans.begin(entries), System.nanoTime());
  }

  @Override
  public void finished(Entry entry, Outcome outcome) {
    meters.finished(entry, outcome);
  }

  @Override
  public void lost(Entry entry) {
    meters.lost();
  }

  @Override
  public void stalled(Duration waited) {
    meters.stalled(waited);
  }

  private final class ObservedCommit implements Commit {
    private final List<Entry> entries;
    private final List<Span> begun;
    private final long since;

    ObservedCommit(List<Entry> entries, List<Span> begun, long since) {
      this.entries = entries;
      this.begun = begun;
      this.since = since;
    }

    @Override
    public void committed(int duplicates) {
      CommitSpans.end(begun);
      var rows = 0;
      var readings = 0;
      var messages = 0;
      for (var entry : entries) {
        if (entry.isRepetition()) {
          continue;
        }
        rows += entry.rows();
        switch (entry.content()) {
          case Content.Readings some -> readings += some.rows();
          case Content.Message _ -> messages++;
          case Content.Event _, Content.Refused _ -> {}
        }
      }
      var stored = rows;
      var took = Duration.ofNanos(System.nanoTime() - since);
      Exemplars.measured(CommitSpans.one(begun), () -> meters.committed(stored, took));
      meters.readings(readings - duplicates, duplicates);
      for (var listener : afterwards) {
        tell(listener, messages > 0);
      }
    }

    /** One listener's fault must not keep the others from hearing. */
    private void tell(Afterwards listener, boolean outboxWritten) {
      try {
        if (outboxWritten) {
          listener.outboxWritten();
        }
        for (var entry : entries) {
          if (!entry.isRepetition() && entry.content() instanceof Content.Readings some) {
            listener.stored(some.device(), some.readings());
          }
        }
      } catch (Throwable fault) {
        LOG.error("What is told after a commit failed", fault);
      }
    }

    @Override
    public void failed(Throwable cause) {
      CommitSpans.fail(begun, cause);
      meters.failed(cause);
    }
  }
}
