package io.muster.ingest.intake;

import java.time.Clock;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Whether a lane's last word with the database was a good one. Thread-safe. */
final class StoreState {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  private final Clock clock;
  private final String lane;
  private volatile String reason = "not connected yet";
  private volatile Instant since;

  StoreState(Clock clock, int lane) {
    this.clock = clock;
    this.lane = "lane " + lane;
    this.since = clock.instant();
  }

  boolean isHere() {
    return reason == null;
  }

  /** Why it is not, or null. */
  String reason() {
    return reason;
  }

  Instant since() {
    return since;
  }

  void here() {
    if (reason != null) {
      reason = null;
      since = clock.instant();
      LOG.infof("The database is there (%s)", lane);
    }
  }

  void away(Throwable cause) {
    var words = String.valueOf(cause.getMessage());
    if (reason == null || !reason.equals(words)) {
      LOG.warnf("The database is away (%s): %s", lane, words);
    }
    if (reason == null) {
      since = clock.instant();
    }
    reason = words;
  }
}
