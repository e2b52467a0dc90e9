package io.muster.benchmarks.rounds;

/** The table that rows are counted in. */
public interface RowStore {

  /** For contenders that store nothing that is counted. */
  RowStore NONE =
      new RowStore() {
        @Override
        public long count() {
          return 0;
        }

        @Override
        public void reset() {}
      };

  /** How many rows are committed. */
  long count();

  /** Empties it and brings the database to rest, so that each round begins alike. */
  void reset();
}
