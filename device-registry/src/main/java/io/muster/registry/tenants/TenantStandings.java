package io.muster.registry.tenants;

import io.muster.contract.id.TenantId;
import io.muster.contract.registry.TenantStanding;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The tenants as other services may know them. Thread-safe. */
@ApplicationScoped
class TenantStandings {
  private static final int PAGE = 1_000;
  private static final String AFTER =
      """
      SELECT id, suspended, max_devices, messages_per_second, payload_bytes
        FROM tenant WHERE id > $1 ORDER BY id LIMIT $2\
      """;

  private final Pool pool;
  private final TenantDefaults defaults;

  TenantStandings(Pool pool, TenantDefaults defaults) {
    this.pool = pool;
    this.defaults = defaults;
  }

  /** All of them in the order of their ids, read page by page as they are wanted. */
  Multi<TenantStanding> stream() {
    return Multi.createBy()
        .repeating()
        .uni(() -> new AtomicReference<>(""), this::page)
        .whilst(page -> page.size() == PAGE)
        .onItem()
        .disjoint();
  }

  private Uni<List<TenantStanding>> page(AtomicReference<String> last) {
    return pool.preparedQuery(AFTER)
        .execute(Tuple.of(last.get(), PAGE))
        .map(
            rows -> {
              List<TenantStanding> page = new ArrayList<>(rows.size());
              rows.forEach(row -> page.add(standing(row)));
              if (!page.isEmpty()) {
                last.set(page.getLast().tenant().value());
              }
              return page;
            });
  }

  private TenantStanding standing(Row row) {
    var limits =
        new TenantLimits(
            row.getInteger("max_devices"),
            row.getInteger("messages_per_second"),
            row.getInteger("payload_bytes"));
    return new TenantStanding(
        new TenantId(row.getString("id")),
        row.getBoolean("suspended"),
        limits.orElse(defaults).ofDevice());
  }
}
