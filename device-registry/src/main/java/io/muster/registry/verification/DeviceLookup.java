package io.muster.registry.verification;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import io.muster.registry.credentials.KeyAlgorithm;
import io.muster.registry.tenants.TenantDefaults;
import io.muster.registry.verification.KnownCredential.Standing;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads what decides about a device in one query by unique indexes. It goes past Hibernate on
 * purpose: when a whole fleet reconnects, this is the one query that counts. Thread-safe.
 */
@ApplicationScoped
class DeviceLookup {
  private static final String FIND =
      """
      SELECT d.key, d.enabled, t.suspended, t.messages_per_second, t.payload_bytes, d.created_at,
             c.id, c.secret_sha256, c.public_key, c.algorithm, c.not_before, c.not_after,
             c.first_used_at IS NOT NULL AS used
        FROM tenant t
        JOIN device d ON d.tenant_key = t.key
        LEFT JOIN credential c ON c.device_key = d.key AND c.kind <> 'certificate'
       WHERE t.id = $1 AND d.id = $2\
      """;

  private static final String FIND_BY_CERTIFICATE =
      """
      SELECT t.id AS tenant, d.id AS device,
             d.key, d.enabled, t.suspended, t.messages_per_second, t.payload_bytes, d.created_at,
             c.id, c.not_before, c.not_after, c.first_used_at IS NOT NULL AS used
        FROM credential c
        JOIN device d ON d.key = c.device_key
        JOIN tenant t ON t.key = d.tenant_key
       WHERE c.certificate_sha256 = $1\
      """;

  private static final String FIND_STANDING =
      """
      SELECT not_before, not_after, first_used_at IS NOT NULL AS used
        FROM credential
       WHERE device_key = $1 AND id = $2\
      """;

  // In the same statement as the check that the credential still exists: a repeated request that
  // is about to revoke it either comes before and takes it away, or after and sees it used.
  private static final String MARK_USED =
      """
      UPDATE credential SET first_used_at = $2
       WHERE id = $1 AND first_used_at IS NULL\
      """;

  private final Pool pool;
  private final TenantDefaults defaults;

  DeviceLookup(Pool pool, TenantDefaults defaults) {
    this.pool = pool;
    this.defaults = defaults;
  }

  Uni<Optional<KnownDevice>> find(DeviceAddress address) {
    return pool.preparedQuery(FIND)
        .execute(Tuple.of(address.tenant().value(), address.device().value()))
        .map(this::device);
  }

  /** A device, and what it is called. */
  record Holder(DeviceAddress address, KnownDevice device) {}

  /** Whose a certificate is; of its credentials that one alone. */
  Uni<Optional<Holder>> findByCertificate(byte[] sha256) {
    return pool.preparedQuery(FIND_BY_CERTIFICATE)
        .execute(Tuple.of(Buffer.buffer(sha256)))
        .map(rows -> rows.iterator().hasNext() ? Optional.of(holder(rows)) : Optional.empty());
  }

  private Holder holder(RowSet<Row> rows) {
    var row = rows.iterator().next();
    var certificate = new KnownCredential.OfCertificate(row.getUUID("id"), standing(row));
    return new Holder(
        DeviceAddress.of(row.getString("tenant"), row.getString("device")),
        device(row, List.of(certificate)));
  }

  /** How a credential of a device stands, of whatever kind; empty when it was revoked. */
  Uni<Optional<Standing>> standing(int deviceKey, UUID credential) {
    return pool.preparedQuery(FIND_STANDING)
        .execute(Tuple.of(deviceKey, credential))
        .map(
            rows ->
                rows.iterator().hasNext()
                    ? Optional.of(standing(rows.iterator().next()))
                    : Optional.empty());
  }

  /** Whether it was not used before; false also when it is gone. */
  Uni<Boolean> markUsed(UUID credential, Instant now) {
    return pool.preparedQuery(MARK_USED)
        .execute(Tuple.of(credential, now.atOffset(java.time.ZoneOffset.UTC)))
        .map(rows -> rows.rowCount() == 1);
  }

  private Optional<KnownDevice> device(RowSet<Row> rows) {
    Row first = null;
    List<KnownCredential> credentials = new ArrayList<>(rows.size());
    for (var row : rows) {
      first = first == null ? row : first;
      if (row.getUUID("id") != null) {
        credentials.add(credential(row));
      }
    }
    return Optional.ofNullable(first).map(row -> device(row, credentials));
  }

  private KnownDevice device(Row row, List<KnownCredential> credentials) {
    var messagesPerSecond = row.getInteger("messages_per_second");
    var payloadBytes = row.getInteger("payload_bytes");
    var limits =
        new DeviceLimits(
            messagesPerSecond == null ? defaults.messagesPerSecond() : messagesPerSecond,
            payloadBytes == null ? defaults.payloadBytes() : payloadBytes);
    return new KnownDevice(
        row.getInteger("key"),
        row.getBoolean("enabled"),
        row.getBoolean("suspended"),
        instant(row, "created_at"),
        limits,
        credentials);
  }

  private static KnownCredential credential(Row row) {
    var standing = standing(row);
    var sha256 = row.getBuffer("secret_sha256");
    return sha256 != null
        ? new KnownCredential.OfSecret(row.getUUID("id"), standing, sha256.getBytes())
        : new KnownCredential.OfKey(
            row.getUUID("id"),
            standing,
            KeyAlgorithm.of(row.getString("algorithm")).orElseThrow(),
            row.getBuffer("public_key").getBytes());
  }

  private static Standing standing(Row row) {
    return new Standing(
        instant(row, "not_before"), instant(row, "not_after"), row.getBoolean("used"));
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }
}
