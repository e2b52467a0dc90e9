package io.muster.ingest.access;

import io.muster.contract.registry.ActivityReport;
import io.smallrye.mutiny.Uni;

/** Where it is told which devices were heard of. Thread-safe. */
public interface ActivitySink {

  /**
   * Tells the registry.
   *
   * @return false when it refuses the report for its content, which it would do again; fails when
   *     there is no answer that can be believed
   */
  Uni<Boolean> report(ActivityReport report);
}
