package io.muster.registry.provisioning;

import io.muster.registry.credentials.ProvenKey;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/** The table {@code hardware}, each method in the current transaction. Thread-safe. */
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

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }

  private static Uni<Mutiny.Session> session() {
    return Panache.getSession();
  }
}
