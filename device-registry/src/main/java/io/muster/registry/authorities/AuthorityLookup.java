package io.muster.registry.authorities;

import io.muster.contract.id.TenantId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds who might vouch for a chain. Names are nobody's own, so several may: those that were there
 * first come first, and nobody can push them out. Thread-safe.
 */
@ApplicationScoped
class AuthorityLookup {
  // Each one costs a signature. Names are nobody's own: so many of one tenant do not keep another
  // tenant's out.
  private static final String FIND =
      """
      SELECT a.key, a.certificate, a.auto_provisioning, t.id AS tenant, t.suspended
        FROM (SELECT *, row_number() OVER (PARTITION BY tenant_key, subject_sha256
                                             ORDER BY key DESC) AS nth
                FROM authority
               WHERE subject_sha256 = ANY($1) AND proven_at IS NOT NULL) a
        JOIN tenant t ON t.key = a.tenant_key
       WHERE a.nth <= 5
       ORDER BY a.key
       LIMIT 50\
      """;

  private final Pool pool;

  AuthorityLookup(Pool pool) {
    this.pool = pool;
  }

  /**
   * An authority that might vouch.
   *
   * @param suspended whether its tenant is
   */
  record Candidate(
      int key,
      AuthorityCertificate certificate,
      boolean autoProvisioning,
      TenantId tenant,
      boolean suspended) {}

  Uni<List<Candidate>> find(List<byte[]> issuers) {
    var names = issuers.stream().map(Buffer::buffer).toArray(Buffer[]::new);
    return pool.preparedQuery(FIND)
        .execute(Tuple.tuple().addValue(names))
        .map(
            rows -> {
              List<Candidate> found = new ArrayList<>(rows.size());
              rows.forEach(row -> found.add(candidate(row)));
              return found;
            });
  }

  private static Candidate candidate(Row row) {
    return new Candidate(
        row.getInteger("key"),
        AuthorityCertificate.stored(row.getBuffer("certificate").getBytes()),
        row.getBoolean("auto_provisioning"),
        new TenantId(row.getString("tenant")),
        row.getBoolean("suspended"));
  }
}
