package io.muster.benchmarks.rounds;

import io.muster.benchmarks.accounting.ObservedProcess;
import java.time.Duration;
import java.util.List;

/** One of the ways into the store that are measured in turn. */
public interface Contender {

  /** What the report calls it. */
  String name();

  /** Gets ready for its turn, which is not measured yet. */
  default void prepare() throws InterruptedException {}

  /** Leaves the machine to the others. */
  default void rest() throws InterruptedException {}

  /** Whether what it counts are rows of the table. */
  default boolean storesRows() {
    return true;
  }

  /** The processes that do its work; asked when it is prepared. */
  List<ObservedProcess> processes();

  /**
   * Stores rows for a while.
   *
   * @param duration for how long new ones are begun
   * @throws RoundFailedException when the round counts for nothing
   */
  Stored run(Duration duration) throws InterruptedException;

  /** Does the same for a while, so that what is compiled at run time is. Not measured. */
  default void warmUp(Duration duration) throws InterruptedException {
    run(duration);
  }
}
