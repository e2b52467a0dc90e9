package io.muster.firmware.actions;

import io.muster.firmware.database.Sql;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;

/** What somebody gives to one device has no window. Thread-safe. */
@DefaultBean
@ApplicationScoped
class NoWindows implements MaintenanceWindows {
  @Override
  public Standing of(Sql db, Action action) {
    return Standing.NONE;
  }
}
