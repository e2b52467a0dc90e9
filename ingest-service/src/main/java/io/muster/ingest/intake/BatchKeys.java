package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.FieldSet;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The keys of the devices and sets of names in one batch. They are the batch's own from when it is
 * prepared until it is written: meanwhile the dictionaries may forget any of them, because another
 * lane has a new connection or because the batch has more than they hold.
 */
final class BatchKeys {
  private final Map<DeviceAddress, Integer> devices = new HashMap<>();
  private final Map<FieldSet, Integer> fieldSets = new HashMap<>();
  private final Set<DeviceAddress> unknownDevices = new HashSet<>();
  private final Set<FieldSet> unknownFieldSets = new HashSet<>();

  private BatchKeys() {}

  /** Finds the keys of a batch, or makes them; they stay whether the batch is written or not. */
  static Future<BatchKeys> of(Batch batch, Dictionaries dictionaries, PgConnection connection) {
    var keys = new BatchKeys();
    keys.remembered(batch, dictionaries);
    return keys.resolve(dictionaries, connection);
  }

  private void remembered(Batch batch, Dictionaries dictionaries) {
    FieldSet last = null;
    for (var some : batch.readings()) {
      add(some.device(), dictionaries);
      for (var reading : some.readings()) {
        if (reading.numberFields() != last) { // most often it is the same one
          last = reading.numberFields();
          add(last, dictionaries);
        }
      }
    }
    for (var event : batch.events()) {
      add(event.device(), dictionaries);
    }
    if (!batch.readings().isEmpty()) {
      add(FieldSet.NONE, dictionaries);
    }
  }

  private void add(DeviceAddress device, Dictionaries dictionaries) {
    if (!devices.containsKey(device)) {
      var key = dictionaries.devices().remembered(device);
      if (key == null) {
        unknownDevices.add(device);
      } else {
        devices.put(device, key);
      }
    }
  }

  private void add(FieldSet fields, Dictionaries dictionaries) {
    if (!fieldSets.containsKey(fields)) {
      var key = dictionaries.fieldSets().remembered(fields);
      if (key == null) {
        unknownFieldSets.add(fields);
      } else {
        fieldSets.put(fields, key);
      }
    }
  }

  private Future<BatchKeys> resolve(Dictionaries dictionaries, PgConnection connection) {
    Future<BatchKeys> done = Future.succeededFuture(this);
    if (!unknownDevices.isEmpty()) {
      done =
          dictionaries
              .devices()
              .resolve(connection, unknownDevices)
              .map(
                  found -> {
                    devices.putAll(found);
                    return this;
                  });
    }
    if (!unknownFieldSets.isEmpty()) {
      done =
          done.compose(before -> dictionaries.fieldSets().resolve(connection, unknownFieldSets))
              .map(
                  found -> {
                    fieldSets.putAll(found);
                    return this;
                  });
    }
    return done;
  }

  Integer of(DeviceAddress device) {
    return devices.get(device);
  }

  /** Null when the dictionary had no room for them. */
  Integer of(FieldSet fields) {
    var key = fieldSets.get(fields);
    return FieldSetKeys.NO_ROOM.equals(key) ? null : key;
  }
}
