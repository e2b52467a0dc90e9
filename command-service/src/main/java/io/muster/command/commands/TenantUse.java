package io.muster.command.commands;

import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds tenants to their limit of open commands. A counter in a row would be a lock that all
 * requests of a tenant wait for; so they are counted, at most once a second while there is much
 * room. Thread-safe.
 */
@ApplicationScoped
class TenantUse {
  private static final long RECOUNT_AFTER_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int TENANTS_REMEMBERED = 10_000;

  private static final String COUNT =
      """
      SELECT count(*) FROM (SELECT FROM command WHERE tenant = $1 AND finished_at IS NULL LIMIT $2)
          AS counted\
      """;

  private final CommandLimits limits;
  private final Map<TenantId, Count> counts = new ConcurrentHashMap<>();

  private record Count(long open, long atNanos) {
    Count more(long commands) {
      return new Count(open + commands, atNanos);
    }
  }

  TenantUse(CommandLimits limits) {
    this.limits = limits;
  }

  /**
   * How many of some new commands a tenant may still have.
   *
   * @param wanted how many there are
   */
  Uni<Long> room(SqlConnection db, TenantId tenant, long wanted) {
    var known = counts.computeIfPresent(tenant, (_, count) -> count.more(wanted));
    if (known != null
        && known.open() < limits.openPerTenant() / 10 * 9
        && System.nanoTime() - known.atNanos() < RECOUNT_AFTER_NANOS) {
      return Uni.createFrom().item(wanted);
    }
    return db.preparedQuery(COUNT)
        .execute(Tuple.of(tenant.value(), limits.openPerTenant()))
        .map(rows -> rows.iterator().next().getLong(0))
        .invoke(open -> remember(tenant, open + wanted))
        .map(open -> Math.min(wanted, limits.openPerTenant() - open));
  }

  RuntimeException full() {
    return new Refusal.LimitReached("open commands of the tenant", limits.openPerTenant())
        .asException();
  }

  private void remember(TenantId tenant, long open) {
    if (counts.size() > TENANTS_REMEMBERED) {
      counts.clear();
    }
    counts.put(tenant, new Count(open, System.nanoTime()));
  }
}
