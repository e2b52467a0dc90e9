package io.muster.registry.credentials;

import io.muster.registry.devices.DeviceContent;
import io.muster.registry.devices.DeviceEntity;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * What an authority may vouch for and an operator does not: the tables {@code revoked_certificate},
 * of certificates that an authority of the tenant has signed, and {@code withdrawn_certificate}, of
 * those that an operator registered, which may be anybody's. Each method works in the current
 * transaction. Thread-safe.
 */
@ApplicationScoped
public class RevokedCertificates implements DeviceContent {
  private static final String ADD =
      "INSERT INTO revoked_certificate (sha256, not_after) VALUES (?1, ?2)"
          + " ON CONFLICT (sha256) DO NOTHING";
  private static final String ADD_VOUCHED =
      "INSERT INTO revoked_certificate (sha256, not_after)"
          + " SELECT certificate_sha256, coalesce(certificate_not_after, not_after)"
          + " FROM credential WHERE device_key = ?1 AND authority_key IS NOT NULL"
          + " ON CONFLICT (sha256) DO NOTHING";
  private static final String WITHDRAW =
      "INSERT INTO withdrawn_certificate (sha256, tenant_key, not_after) VALUES (?1, ?2, ?3)"
          + " ON CONFLICT (sha256, tenant_key) DO NOTHING";
  private static final String WITHDRAW_REGISTERED =
      "INSERT INTO withdrawn_certificate (sha256, tenant_key, not_after)"
          + " SELECT c.certificate_sha256, d.tenant_key,"
          + " coalesce(c.certificate_not_after, c.not_after)"
          + " FROM credential c JOIN device d ON d.key = c.device_key"
          + " WHERE d.key = ?1 AND c.authority_key IS NULL AND c.certificate_sha256 IS NOT NULL"
          + " ON CONFLICT (sha256, tenant_key) DO NOTHING";
  private static final String FIND =
      "SELECT (SELECT count(*) FROM revoked_certificate WHERE sha256 = ?1)"
          + " + (SELECT count(*) FROM withdrawn_certificate"
          + " WHERE sha256 = ?1 AND tenant_key = ?2)";
  // A few with each write keep a table small without a job of its own.
  private static final String PRUNE_REVOKED =
      "WITH oldest AS MATERIALIZED (SELECT sha256 FROM revoked_certificate"
          + " WHERE not_after <= ?1 ORDER BY not_after LIMIT 20 FOR UPDATE SKIP LOCKED)"
          + " DELETE FROM revoked_certificate WHERE sha256 IN (SELECT sha256 FROM oldest)";
  private static final String PRUNE_WITHDRAWN =
      "WITH oldest AS MATERIALIZED (SELECT sha256, tenant_key FROM withdrawn_certificate"
          + " WHERE not_after <= ?1 ORDER BY not_after LIMIT 20 FOR UPDATE SKIP LOCKED)"
          + " DELETE FROM withdrawn_certificate"
          + " WHERE (sha256, tenant_key) IN (SELECT sha256, tenant_key FROM oldest)";

  private final Clock clock;

  RevokedCertificates(Clock clock) {
    this.clock = clock;
  }

  /** Whether a tenant's authorities are not to vouch for a certificate. */
  public Uni<Boolean> contains(int tenantKey, byte[] sha256) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(FIND, Long.class)
                    .setParameter(1, sha256)
                    .setParameter(2, tenantKey)
                    .getSingleResult())
        .map(count -> count > 0);
  }

  /** An authority would vouch for a deleted device again, and make it anew. */
  @Override
  public Uni<Void> beforeRemoval(DeviceEntity device) {
    return write(ADD_VOUCHED, device.key())
        .chain(() -> write(WITHDRAW_REGISTERED, device.key()))
        .chain(() -> prune(PRUNE_REVOKED))
        .chain(() -> prune(PRUNE_WITHDRAWN));
  }

  /**
   * No authority vouches for it any more, for as long as it holds.
   *
   * @param sha256 of one that an authority has signed, of the tenant that says so
   */
  public Uni<Void> add(byte[] sha256, Instant notAfter) {
    return write(ADD, sha256, utc(notAfter)).chain(() -> prune(PRUNE_REVOKED));
  }

  /** No authority of the tenant vouches for it any more, for as long as it holds. */
  Uni<Void> withdraw(int tenantKey, byte[] sha256, Instant notAfter) {
    return write(WITHDRAW, sha256, tenantKey, utc(notAfter)).chain(() -> prune(PRUNE_WITHDRAWN));
  }

  private Uni<Void> prune(String sql) {
    return write(sql, utc(clock.instant()));
  }

  private static Uni<Void> write(String sql, Object... values) {
    return Panache.getSession()
        .chain(
            session -> {
              var query = session.createNativeQuery(sql);
              for (int i = 0; i < values.length; i++) {
                query.setParameter(i + 1, values[i]);
              }
              return query.executeUpdate();
            })
        .replaceWithVoid();
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
