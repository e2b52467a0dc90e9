package io.muster.registry.emqx;

import io.smallrye.mutiny.Uni;

/**
 * Whoever wants to know which devices are connected to a broker of others. Implementations are
 * beans; all of them are told.
 */
public interface SessionReports {
  /**
   * Takes a report. Reports may come late, twice, and in another order than things happened.
   *
   * @return completes when the report is safe; when it fails, the broker sends it again
   */
  Uni<Void> take(SessionReport report);
}
