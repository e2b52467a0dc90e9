package io.muster.ingest.intake;

import io.muster.ingest.deadletters.Quarantine;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.util.List;

/** Measures, traces and tells what happens on the lanes. Thread-safe. */
final class LaneObserver implements LaneListener {
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
        rows += entry.content().rows();
        switch (entry.content()) {
          case Content.Readings some -> readings += tell(some);
          case Content.Message _ -> messages++;
          case Content.Event _, Content.Refused _ -> {}
        }
      }
      meters.committed(rows, Duration.ofNanos(System.nanoTime() - since));
      meters.readings(readings - duplicates, duplicates);
      if (messages > 0) {
        afterwards.forEach(Afterwards::outboxWritten);
      }
    }

    private int tell(Content.Readings some) {
      for (var listener : afterwards) {
        listener.stored(some.device(), some.readings());
      }
      return some.rows();
    }

    @Override
    public void failed(Throwable cause) {
      CommitSpans.fail(begun, cause);
      meters.failed(cause);
    }
  }
}
