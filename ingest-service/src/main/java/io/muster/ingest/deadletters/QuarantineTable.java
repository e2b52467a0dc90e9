package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** Reads the table {@code quarantine} for people, and takes devices out of it. Thread-safe. */
@ApplicationScoped
class QuarantineTable {
  private static final String PAGE =
      """
      SELECT device, since, reason, refused_messages FROM quarantine
       WHERE tenant = $1 AND device > $2 ORDER BY device LIMIT $3""";

  private static final String RELEASE =
      """
      WITH gone AS (DELETE FROM quarantine WHERE tenant = $1 AND device = $2 RETURNING tenant)
      SELECT pg_notify('muster_quarantine', tenant) FROM gone""";

  private final Pool pool;

  QuarantineTable(Pool pool) {
    this.pool = pool;
  }

  Uni<List<QuarantineItem>> page(TenantId tenant, String after, int limit) {
    return UniHelper.toUni(
        pool.preparedQuery(PAGE)
            .execute(Tuple.of(tenant.value(), after, limit))
            .map(
                rows -> {
                  var items = new ArrayList<QuarantineItem>();
                  rows.forEach(
                      row ->
                          items.add(
                              new QuarantineItem(
                                  row.getString(0),
                                  row.getOffsetDateTime(1).toInstant(),
                                  row.getString(2),
                                  row.getLong(3))));
                  return items;
                }));
  }

  /** Takes a device out and tells all replicas; whether it was there. */
  Uni<Boolean> release(TenantId tenant, DeviceId device) {
    return UniHelper.toUni(
        pool.preparedQuery(RELEASE)
            .execute(Tuple.of(tenant.value(), device.value()))
            .map(rows -> rows.size() == 1));
  }

  /** Has the quarantine of this replica read the table. */
  Uni<Void> read(Quarantine quarantine) {
    return UniHelper.toUni(quarantine.reload());
  }
}
