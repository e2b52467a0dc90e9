package io.muster.registry.presence;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whether a device is there. */
public enum PresenceStatus {
  ONLINE,
  OFFLINE,
  /**
   * It was never heard of, as one that was imported. Not offline: that says that it was there and
   * went.
   */
  UNKNOWN;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** As it is written. */
  public String label() {
    return label;
  }

  static Optional<PresenceStatus> labelled(String text) {
    return Arrays.stream(values()).filter(it -> it.label.equals(text)).findFirst();
  }

  /**
   * @param stored or null
   */
  static PresenceStatus stored(String stored) {
    return stored == null ? UNKNOWN : labelled(stored).orElseThrow();
  }
}
