package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;
import io.vertx.mutiny.sqlclient.Row;

/** A delta that is to be sent again. */
record DueDelta(Id id, ShadowPlace place) {

  /** Of which shadow, to which topics. */
  record Id(int shadowKey, Family family) {
    static Id of(Row row) {
      return new Id(row.getInteger("shadow_key"), Family.values()[row.getShort("family")]);
    }
  }

  static DueDelta of(Row row) {
    return new DueDelta(
        Id.of(row),
        new ShadowPlace(
            DeviceAddress.of(row.getString("tenant"), row.getString("device")),
            row.getInteger("device_key"),
            new ShadowName(row.getString("name"))));
  }
}
