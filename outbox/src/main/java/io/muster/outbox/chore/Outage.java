package io.muster.outbox.chore;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Says in the log that something does not work, once when it begins and once when it is over,
 * however often it is tried meanwhile. Thread-safe.
 */
public final class Outage implements Chore.Listener {
  private final Logger log;
  private final String begins;
  private final String ends;
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param begins a warning in which {@code %s} is the failure
   * @param ends what is said when it works again
   */
  public Outage(Logger log, String begins, String ends) {
    this.log = log;
    this.begins = begins;
    this.ends = ends;
  }

  /** One whose end goes without saying. */
  public Outage(Logger log, String begins) {
    this(log, begins, null);
  }

  @Override
  public void failed(Throwable failure) {
    if (failing.compareAndSet(false, true)) {
      log.warnf(begins, failure);
    }
  }

  @Override
  public void succeeded() {
    if (failing.compareAndSet(true, false) && ends != null) {
      log.info(ends);
    }
  }
}
