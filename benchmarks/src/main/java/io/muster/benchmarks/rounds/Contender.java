package io.muster.benchmarks.rounds;

import io.muster.benchmarks.accounting.ObservedProcess;
import java.time.Duration;
import java.util.List;

/** One of the ways into the store that are measured in turn. */
public interface Contender {

  /** What the report calls it. */
  String name();

  /** The processes that do its work. */
  List<ObservedProcess> processes();

  /**
   * Stores rows for a while.
   *
   * @param duration for how long new ones are begun
   * @throws RoundFailedException when the round counts for nothing
   */
  Stored run(Duration duration) throws InterruptedException;
}
