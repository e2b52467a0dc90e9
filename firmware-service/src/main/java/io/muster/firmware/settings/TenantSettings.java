package io.muster.firmware.settings;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import java.time.Duration;
import java.util.Optional;

/**
 * What a tenant demands of its updates.
 *
 * @param version grows with every change; 0 when nothing was ever set
 * @param signatureRequired whether an artifact needs a valid signature before it is released
 * @param confirmationRequired whether a device, or somebody for it, has to confirm each update
 * @param polling how often its devices ask; empty: the service's own
 * @param gatewayTokenSha256 of the token that speaks for each of its devices; empty: there is none
 * @param gatewayTokenUsed whether a gateway has shown it
 */
public record TenantSettings(
    long version,
    boolean signatureRequired,
    boolean confirmationRequired,
    Optional<Duration> polling,
    Optional<byte[]> gatewayTokenSha256,
    boolean gatewayTokenUsed) {

  private static final TenantSettings DEFAULT =
      new TenantSettings(0, true, false, Optional.empty(), Optional.empty(), false);

  /** A tenant's. */
  public static TenantSettings read(Sql db, TenantId tenant) {
    return db.first(
            "SELECT version, signature_required, confirmation_required, polling_seconds,"
                + " gateway_token_sha256, gateway_token_used FROM tenant_setting WHERE tenant = $1",
            tenant.value())
        .map(
            row ->
                new TenantSettings(
                    row.getLong("version"),
                    row.getBoolean("signature_required"),
                    row.getBoolean("confirmation_required"),
                    Optional.ofNullable(row.getInteger("polling_seconds")).map(Duration::ofSeconds),
                    Optional.ofNullable(Sql.bytes(row, "gateway_token_sha256")),
                    row.getBoolean("gateway_token_used")))
        .orElse(DEFAULT);
  }
}
