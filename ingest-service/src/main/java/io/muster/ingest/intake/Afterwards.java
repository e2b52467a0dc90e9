package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import java.util.List;

/**
 * Hears of what was committed. A bean of this type is told on the lane's thread and must neither
 * block nor throw; what it misses when the process dies is not told again.
 */
public interface Afterwards {

  /** Readings of a device were stored, some of them perhaps for the second time. */
  default void stored(DeviceAddress device, List<Reading> readings) {}

  /** Messages were written to the outbox: its publisher need not wait for its next poll. */
  default void outboxWritten() {}
}
