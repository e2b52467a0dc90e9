package io.muster.registry.audit;

import io.muster.registry.access.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/**
 * Says who changed what, one line for each change, after it was committed. Ids only: never an
 * attribute, never a secret. Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.registry.audit");

  private final Caller caller;

  AuditLog(Caller caller) {
    this.caller = caller;
  }

  /**
   * Called on the request's own context, whose token names who did it.
   *
   * @param action what was done, as {@code device-created}
   * @param subject to what, as {@code demo/sensor-1}
   */
  public void record(String action, Object subject) {
    LOG.infof("%s %s by %s", action, subject, printable(caller.subject()));
  }

  /** A subject comes from outside: it must not be able to write lines of its own. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
