package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.down.Downward;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.up.Upstream;

/**
 * The parts of a connection that was accepted.
 *
 * @param keepAliveNanos after which it has gone when nothing came; 0 for never
 */
record Live(
    ActiveSession session,
    Terms terms,
    Upstream up,
    Downward down,
    Reach reach,
    long keepAliveNanos) {

  /** MQTT 5 §3.1.2.10: one and a half times the keep-alive. */
  static long keepAliveNanos(Terms terms) {
    return terms.keepAliveSeconds() * 1_500_000_000L;
  }
}
