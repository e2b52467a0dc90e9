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
      SELECT a.key, a.certificate, a.auto_provisioning, t.id AS tenant, t.suspended,
             EXISTS (SELECT FROM authority c
                      WHERE c.tenant_key = a.tenant_key AND c.code = $2) AS about_code
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
   * @param aboutCode whether what was asked for is the code of one of its tenant's authorities,
   *     proven or not
   */
  record Candidate(
      int key,
      AuthorityCertificate certificate,
      boolean autoProvisioning,
      TenantId tenant,
      boolean suspended,
      boolean aboutCode) {}

  /**
   * @param commonName what the certificate that they might vouch for is about; null when nothing
   */
  Uni<List<Candidate>> find(List<byte[]> issuers, String commonName) {
    var names = issuers.stream().map(Buffer::buffer).toArray(Buffer[]::new);
    return pool.preparedQuery(FIND)
        .execute(Tuple.tuple().addValue(names).addString(commonName))
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
        row.getBoolean("suspended"),
        row.getBoolean("about_code"));
  }
}
