package io.muster.ingest.sessions;

import java.util.Collection;

/** The connections of this replica's endpoint, by their ids. Thread-safe. */
public interface HeldConnections {

  /**
   * Whether a connection may have a session: from before it asks for one until its end was handed
   * over by {@link Sessions#ended}.
   */
  boolean holds(long connectionId);

  /** Those whose session was taken and that live. */
  Collection<Long> accepted();
}
