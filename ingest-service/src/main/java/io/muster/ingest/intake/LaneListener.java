package io.muster.ingest.intake;

import java.time.Duration;
import java.util.List;

/** Hears what happens on a lane, on the lane's thread: measures, traces, tells others. */
interface LaneListener {

  /**
   * Whether the dead letters take another one of its sender; counted here. Else it is in
   * quarantine, and nothing of the message is kept.
   */
  boolean admitsDeadLetter(Entry entry);

  /** A transaction begins. */
  Commit committing(List<Entry> entries);

  /** An entry has left the lane. */
  void finished(Entry entry, Outcome outcome);

  /** An entry could not even be kept as a dead letter. */
  void lost(Entry entry);

  /** A batch is committed that had to wait, for whatever reason: so long from its turn on. */
  void stalled(Duration waited);

  /** A transaction under way. Exactly one of its methods is called, once. */
  interface Commit {

    /**
     * It is committed.
     *
     * @param duplicates how many of its readings were there already
     */
    void committed(int duplicates);

    void failed(Throwable cause);
  }
}
