package io.muster.registry.shadow;

import io.muster.contract.id.ShadowName;
import java.util.Comparator;

/**
 * Which shadow of which device, in the order in which their rows are locked.
 *
 * @param deviceKey of the device's row
 */
record ShadowKey(int deviceKey, ShadowName name) implements Comparable<ShadowKey> {
  private static final Comparator<ShadowKey> ORDER =
      Comparator.comparingInt(ShadowKey::deviceKey).thenComparing(ShadowKey::name);

  @Override
  public int compareTo(ShadowKey other) {
    return ORDER.compare(this, other);
  }
}
