package io.muster.firmware.ddi;

import static io.muster.firmware.HandWired.bean;

import io.muster.firmware.actions.MaintenanceWindows;
import io.muster.firmware.database.Database;
import io.muster.firmware.targets.Target;
import java.net.URI;
import java.time.Clock;

/** Asks for an update as a device does, where there is no HTTP. */
public final class DeviceAsks {
  private DeviceAsks() {}

  /** What {@code update} says: whether the device may install it. */
  public static String update(
      Database database, MaintenanceWindows windows, Clock clock, Target target, long number) {
    var links = Links.of(URI.create("http://updates"), "acme", target.device().device().value());
    return bean(Deployments.class, database, null, windows, null, clock)
        .deployment(target, links, number, 0)
        .path("deployment")
        .path("update")
        .asText();
  }
}
