package io.muster.command.jobs;

import io.muster.contract.id.DeviceId;
import java.util.List;

/** To whom a job sends. */
sealed interface Targets {

  /** These, in this order. */
  record Listed(List<DeviceId> devices) implements Targets {
    public Listed {
      devices = List.copyOf(devices);
    }
  }

  /** Whom the registry names, in the order of their ids. */
  record Fitting(String filter) implements Targets {}

  static Targets of(TargetsBody body) {
    if (body.devices() != null) {
      return new Listed(body.devices());
    }
    return new Fitting(body.group() != null ? "group==" + body.group() : body.filter());
  }
}
