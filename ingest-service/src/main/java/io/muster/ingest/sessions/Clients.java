package io.muster.ingest.sessions;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;

/** Reads client identifiers back that were accepted once. Stateless. */
final class Clients {
  private Clients() {}

  /** {@code {tenant}:{device}} and perhaps more; neither part holds a colon. */
  static ClientIdentifier parse(String value) {
    var parts = value.split(":", 3);
    return new ClientIdentifier(DeviceAddress.of(parts[0], parts[1]), value);
  }
}
