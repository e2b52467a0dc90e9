package io.muster.registry.credentials;

import io.muster.registry.devices.DeviceContent;
import io.muster.registry.devices.DeviceEntity;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * The table {@code revoked_certificate}: what an authority may vouch for and an operator does not.
 * Thread-safe.
 */
@ApplicationScoped
public class RevokedCertificates implements DeviceContent {
  private static final String ADD =
      "INSERT INTO revoked_certificate (sha256, not_after) VALUES (?1, ?2)"
          + " ON CONFLICT (sha256) DO NOTHING";
  private static final String ADD_OF_DEVICE =
      "INSERT INTO revoked_certificate (sha256, not_after)"
          + " SELECT certificate_sha256, coalesce(certificate_not_after, not_after)"
          + " FROM credential WHERE device_key = ?1 AND certificate_sha256 IS NOT NULL"
          + " ON CONFLICT (sha256) DO NOTHING";
  private static final String FIND = "SELECT count(*) FROM revoked_certificate WHERE sha256 = ?1";
  // A few with each write keep the table small without a job of its own.
  private static final String PRUNE =
      "WITH oldest AS MATERIALIZED (SELECT sha256 FROM revoked_certificate"
          + " WHERE not_after <= ?1 ORDER BY not_after LIMIT 20 FOR UPDATE SKIP LOCKED)"
          + " DELETE FROM revoked_certificate WHERE sha256 IN (SELECT sha256 FROM oldest)";

  private final Clock clock;

  RevokedCertificates(Clock clock) {
    this.clock = clock;
  }

  /** Whether a certificate was revoked, as the current transaction sees it. */
  public Uni<Boolean> contains(byte[] sha256) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(FIND, Long.class)
                    .setParameter(1, sha256)
                    .getSingleResult())
        .map(count -> count > 0);
  }

  /** Its authority would vouch for a deleted device again, and make it anew. */
  @Override
  public Uni<Void> beforeRemoval(DeviceEntity device) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(ADD_OF_DEVICE)
                    .setParameter(1, device.key())
                    .executeUpdate())
        .chain(this::prune);
  }

  /**
   * No authority vouches for it any more, in the current transaction and for as long as it holds.
   */
  public Uni<Void> add(byte[] sha256, Instant notAfter) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(ADD)
                    .setParameter(1, sha256)
                    .setParameter(2, notAfter.atOffset(ZoneOffset.UTC))
                    .executeUpdate())
        .chain(this::prune);
  }

  private Uni<Void> prune() {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(PRUNE)
                    .setParameter(1, clock.instant().atOffset(ZoneOffset.UTC))
                    .executeUpdate())
        .replaceWithVoid();
  }
}
