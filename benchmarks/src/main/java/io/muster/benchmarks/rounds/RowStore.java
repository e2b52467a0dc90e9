package io.muster.benchmarks.rounds;

/** The table that rows are counted in. */
public interface RowStore {

  /** How many rows are committed. */
  long count();

  /** Empties it and brings the database to rest, so that each round begins alike. */
  void reset();
}
