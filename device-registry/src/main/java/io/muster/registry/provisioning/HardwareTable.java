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
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The tables {@code hardware} and {@code provisioning_request}, each method in the current
 * transaction. Thread-safe.
 */
@ApplicationScoped
class HardwareTable {
  private static final String FIND =
      "SELECT device_key, key_sha256, credential_id FROM hardware"
          + " WHERE tenant_key = ?1 AND hardware_id = ?2";
  // The caller knows whether there is one, and no two change the same at once: see Provisioning.
  private static final String INSERT =
      "INSERT INTO hardware (tenant_key, hardware_id, device_key, key_sha256, credential_id,"
          + " created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
  private static final String REPLACE =
      INSERT
          + " ON CONFLICT (tenant_key, hardware_id) DO UPDATE SET device_key = excluded.device_key,"
          + " key_sha256 = excluded.key_sha256, credential_id = excluded.credential_id";
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

  private final Clock clock;

  HardwareTable(Clock clock) {
    this.clock = clock;
  }

  /** A piece of hardware that is known, and the key that it has shown. */
  record Known(int deviceKey, byte[] keySha256, UUID credential) {
    boolean has(ProvenKey key) {
      return Arrays.equals(keySha256, key.sha256());
    }
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

  /** Null when there is none. */
  Uni<Known> find(int tenantKey, HardwareId hardware) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(FIND, Object[].class)
                    .setParameter(1, tenantKey)
                    .setParameter(2, hardware.text())
                    .getSingleResultOrNull())
        .map(
            row ->
                row == null ? null : new Known((Integer) row[0], (byte[]) row[1], (UUID) row[2]));
  }

  Uni<Void> insert(int tenantKey, HardwareId hardware, Known known) {
    return write(INSERT, tenantKey, hardware, known);
  }

  Uni<Void> replace(int tenantKey, HardwareId hardware, Known known) {
    return write(REPLACE, tenantKey, hardware, known);
  }

  private Uni<Void> write(String sql, int tenantKey, HardwareId hardware, Known known) {
    return session()
        .chain(
            session ->
                session
                    .createNativeQuery(sql)
                    .setParameter(1, tenantKey)
                    .setParameter(2, hardware.text())
                    .setParameter(3, known.deviceKey())
                    .setParameter(4, known.keySha256())
                    .setParameter(5, known.credential())
                    .setParameter(6, now())
                    .executeUpdate())
        .replaceWithVoid();
  }

  Uni<Counts> countRequests(int tenantKey, HardwareId hardware) {
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

  Uni<List<Request>> requestsAfter(int tenantKey, int key, int count) {
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
        .map(rows -> rows.stream().map(HardwareTable::request).toList());
  }

  /** Locked; null when there is none. */
  Uni<Request> request(int tenantKey, UUID id) {
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
