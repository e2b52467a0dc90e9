package io.muster.localstack.process;

/** The signal by which a program is asked to end in an orderly way. */
public enum StopSignal {
  /** What most programs expect. */
  TERM,
  /** PostgreSQL's “fast shutdown”: with TERM it would wait until every client has left. */
  INT
}
