package io.muster.firmware.rollouts;

import io.muster.contract.id.DeviceId;
import java.util.List;

/** To whom a rollout goes. */
sealed interface Targets {

  /** These, in this order. */
  record Listed(List<DeviceId> devices) implements Targets {
    public Listed {
      devices = List.copyOf(devices);
    }
  }

  /** Whom the registry names, in an order that nobody chose: so a first group is a fair sample. */
  record Fitting(String filter) implements Targets {}

  /** Those that got what another rollout gave. */
  record GoingBack() implements Targets {}

  static Targets of(TargetsBody body) {
    if (body.devices() != null) {
      return new Listed(body.devices());
    }
    return new Fitting(body.group() != null ? "group==" + body.group() : body.filter());
  }
}
