package io.muster.firmware.ddi;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.rest.audit.Author;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Says in the audit for which devices a gateway token speaks, and from where: at the first request
 * and then once in a while, since a gateway polls for all of them. Waits; thread-safe.
 */
@ApplicationScoped
class GatewayUse {
  private static final int REMEMBERED = 20_000;
  private static final String ACTOR = "gateway-token";

  private final Changes changes;
  private final DdiConfig.Ddi config;
  private final Clock clock;
  private final Map<String, Instant> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > REMEMBERED;
        }
      };

  GatewayUse(Changes changes, DdiConfig config, Clock clock) {
    this.changes = changes;
    this.config = config.ddi();
    this.clock = clock;
  }

  void used(DeviceAddress device, String address) {
    var what = device + " " + address;
    if (!isNew(what)) {
      return;
    }
    try {
      changes.audited(
          new Author(ACTOR, address),
          _ -> AuditEntry.ofDevice("gateway-token-used", device, ""),
          db -> device);
    } catch (RuntimeException untold) {
      synchronized (told) {
        told.remove(what);
      }
      throw untold;
    }
  }

  private boolean isNew(String what) {
    var now = clock.instant();
    synchronized (told) {
      var before = told.get(what);
      if (before != null && now.isBefore(before.plus(config.gatewayAuditInterval()))) {
        return false;
      }
      told.remove(what);
      told.put(what, now);
      return true;
    }
  }
}
