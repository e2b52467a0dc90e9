package io.muster.registry.tenants;

import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.Refusal;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of tenants that were deleted. They are never given again, so that what other services
 * remove late can never be another tenant's. Thread-safe.
 */
@ApplicationScoped
class Tombstones {
  private static final String SET =
      "INSERT INTO deleted_tenant (id, deleted_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
  private static final String FIND = "SELECT count(*) FROM deleted_tenant WHERE id = ?1";
  private static final String AFTER =
      "SELECT number, id FROM deleted_tenant WHERE number > $1 ORDER BY number LIMIT $2";

  private final Pool pool;
  private final Clock clock;

  Tombstones(Pool pool, Clock clock) {
    this.pool = pool;
    this.clock = clock;
  }

  /** Sets one, in the transaction that deletes the tenant. */
  Uni<Void> set(TenantId tenant) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(SET)
                    .setParameter(1, tenant.value())
                    .setParameter(2, clock.instant().atOffset(ZoneOffset.UTC))
                    .executeUpdate())
        .replaceWithVoid();
  }

  /** Fails with 409 when a tenant of that name was deleted; in the current session. */
  Uni<Void> refuse(TenantId tenant) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(FIND, Long.class)
                    .setParameter(1, tenant.value())
                    .getSingleResult())
        .invoke(
            found -> {
              if (found > 0) {
                throw deleted(tenant);
              }
            })
        .replaceWithVoid();
  }

  /** Those after a position, in the order in which they were set. */
  Uni<DeletedTenants> after(long position, int limit) {
    return pool.preparedQuery(AFTER)
        .execute(Tuple.of(position, limit))
        .map(
            rows -> {
              List<TenantId> found = new ArrayList<>(rows.size());
              var next = position;
              for (var row : rows) {
                next = row.getLong("number");
                found.add(new TenantId(row.getString("id")));
              }
              return new DeletedTenants(found, next);
            });
  }

  private static RuntimeException deleted(TenantId tenant) {
    return new Refusal.Conflict(
            ConflictKind.TENANT_DELETED,
            "There was a tenant '%s', which was deleted; its name is not given again."
                .formatted(tenant))
        .asException();
  }
}
