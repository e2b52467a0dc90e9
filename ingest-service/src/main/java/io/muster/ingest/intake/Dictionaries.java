package io.muster.ingest.intake;

import io.muster.ingest.devices.DeviceDirectory;
import io.muster.ingest.retention.ReadingPartitions;

/**
 * What all lanes know of the tables.
 *
 * @param devices the keys of devices
 * @param fieldSets the keys of sets of names
 * @param partitions of the readings
 */
record Dictionaries(DeviceDirectory devices, FieldSetKeys fieldSets, ReadingPartitions partitions) {

  /** After a reconnect it may be another database, or an older one that was restored. */
  void forget() {
    devices.forget();
    fieldSets.forget();
    partitions.forget();
  }
}
