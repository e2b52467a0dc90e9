package io.muster.ingest.sessions;

/** A connection of this replica no longer holds its session. */
public sealed interface LostSession {
  /** Another connection, of another replica, has taken it. */
  record TakenOver(long connectionId) implements LostSession {}

  /** This replica was taken for dead: all its connections must end. */
  record All() implements LostSession {}
}
