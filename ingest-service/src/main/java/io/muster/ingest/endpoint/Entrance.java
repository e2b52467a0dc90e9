package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.session.EndReason;

/** Answers one CONNECT; nothing of the client is read meanwhile. On the event loop. */
interface Entrance {
  void begin();

  /** The client has gone. */
  void abandon();

  /** Refuses a client that may not, or cannot, come in for a reason from outside. */
  void endFromOutside(EndReason reason);
}
