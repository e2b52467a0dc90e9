package io.muster.registry.shadow;

import java.util.Locale;

/** Who made a version. */
enum Source {
  DEVICE,
  API,
  CONFIGURATION;

  /** As it is stored and shown. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
