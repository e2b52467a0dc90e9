package io.muster.registry.provisioning;

import io.muster.registry.credentials.KeyAlgorithm;
import io.muster.registry.credentials.ProvenKey;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/** The table {@code provisioning_request}, each method in the current transaction. Thread-safe. */
@ApplicationScoped
class RequestTable {
  private static final String COUNT =
      "SELECT count(*), count(*) FILTER (WHERE hardware_id = ?2) FROM provisioning_request"
          + " WHERE tenant_key = ?1";
  private static final String ASK =
      "INSERT INTO provisioning_request (id, tenant_key, hardware_id, key_sha256, public_key,"
          + " algorithm, address, requested_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
          + " ON CONFLICT (tenant_key, hardware_id, key_sha256) DO NOTHING";
  private static final String REQUESTS =
      "SELECT key, id, hardware_id, key_sha256, public_key, algorithm, address, refused_at,"
          + " requested_at FROM provisioning_request WHERE tenant_key = ?1";
  private static final String REFUSE =
      "UPDATE provisioning_request SET refused_at = ?3 WHERE tenant_key = ?1 AND id = ?2";
  private static final String FORGET =
      "DELETE FROM provisioning_request WHERE tenant_key = ?1 AND id = ?2";

  private static final String DROP_OVER =
      "DELETE FROM provisioning_request WHERE tenant_key = ?1"
          + " AND COALESCE(refused_at, requested_at) <= ?2";

  private final Clock clock;

  RequestTable(Clock clock) {
    this.clock = clock;
  }

  /** A request that an operator has to decide, or has refused. */
  record Request(
      int key,
      UUID id,
      HardwareId hardware,
      ProvenKey publicKey,
      String address,
      Instant refusedAt,
      Instant requestedAt) {}

  /** How many requests there are. */
  record Counts(long ofTenant, long ofHardware) {}

  Uni<Counts> count(int tenantKey, HardwareId hardware) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(COUNT, Object[].class)
                    .setParameter(1, tenantKey)
                    .setParameter(2, hardware.text())
                    .getSingleResult())
        .map(row -> new Counts((Long) row[0], (Long) row[1]));
  }

  /** Does nothing when the same was asked before. */
  Uni<Void> ask(int tenantKey, Applicant applicant, String address) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(ASK)
                    .setParameter(1, UUID.randomUUID())
                    .setParameter(2, tenantKey)
                    .setParameter(3, applicant.hardware().text())
                    .setParameter(4, applicant.key().sha256())
                    .setParameter(5, applicant.key().der())
                    .setParameter(6, applicant.key().algorithm().label())
                    .setParameter(7, address)
                    .setParameter(8, now())
                    .executeUpdate())
        .replaceWithVoid();
  }

  Uni<List<Request>> after(int tenantKey, int key, int count) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(
                        REQUESTS + " AND key > ?2 ORDER BY key LIMIT ?3", Object[].class)
                    .setParameter(1, tenantKey)
                    .setParameter(2, key)
                    .setParameter(3, count)
                    .getResultList())
        .map(rows -> rows.stream().map(RequestTable::request).toList());
  }

  /** Locked; null when there is none. */
  Uni<Request> locked(int tenantKey, UUID id) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(REQUESTS + " AND id = ?2 FOR UPDATE", Object[].class)
                    .setParameter(1, tenantKey)
                    .setParameter(2, id)
                    .getSingleResultOrNull())
        .map(row -> row == null ? null : request(row));
  }

  Uni<Void> refuse(int tenantKey, UUID id) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(REFUSE)
                    .setParameter(1, tenantKey)
                    .setParameter(2, id)
                    .setParameter(3, now())
                    .executeUpdate())
        .replaceWithVoid();
  }

  /** Forgets what nobody decided about, or what was refused, before a time. */
  Uni<Void> dropOver(int tenantKey, Instant before) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(DROP_OVER)
                    .setParameter(1, tenantKey)
                    .setParameter(2, before.atOffset(ZoneOffset.UTC))
                    .executeUpdate())
        .replaceWithVoid();
  }

  Uni<Void> forget(int tenantKey, UUID id) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(FORGET)
                    .setParameter(1, tenantKey)
                    .setParameter(2, id)
                    .executeUpdate())
        .replaceWithVoid();
  }

  private static Request request(Object[] row) {
    var algorithm = KeyAlgorithm.of((String) row[5]).orElseThrow();
    return new Request(
        (Integer) row[0],
        (UUID) row[1],
        new HardwareId((String) row[2]),
        new ProvenKey(algorithm, (byte[]) row[4]),
        (String) row[6],
        instant(row[7]),
        instant(row[8]));
  }

  private static Instant instant(Object column) {
    return switch (column) {
      case null -> null;
      case Instant it -> it;
      case OffsetDateTime it -> it.toInstant();
      default -> throw new IllegalStateException("no time: " + column.getClass());
    };
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }

  private static Uni<Mutiny.Session> session() {
    return Panache.getSession();
  }
}
