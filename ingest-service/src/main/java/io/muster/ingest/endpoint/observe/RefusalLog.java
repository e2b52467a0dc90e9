package io.muster.ingest.endpoint.observe;

import io.muster.contract.id.DeviceAddress;
import io.muster.rest.bans.QuietLog;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Writes down who was refused or thrown out and why, with tenant and device as fields; never a
 * payload or a credential, and never more lines than {@link QuietLog} lets through. Thread-safe.
 */
public final class RefusalLog {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.endpoint");

  private final QuietLog quiet;

  public RefusalLog(QuietLog quiet) {
    this.quiet = quiet;
  }

  /**
   * @param device who it said it is; null when it did not say
   * @param what happened, in a word
   * @param detail in a sentence; nothing in it may come from the client as it is
   */
  public void write(DeviceAddress device, String remoteAddress, String what, String detail) {
    var leftOut = quiet.admit(System.nanoTime());
    if (leftOut < 0) {
      return;
    }
    if (device != null) {
      MDC.put("tenant", device.tenant().value());
      MDC.put("device", device.device().value());
    }
    try {
      LOG.infof(
          "%s: %s (%s from %s)%s",
          what,
          detail,
          device == null ? "a stranger" : device,
          remoteAddress,
          leftOut == 0 ? "" : "; " + leftOut + " such lines were left out before");
    } finally {
      MDC.remove("tenant");
      MDC.remove("device");
    }
  }
}
