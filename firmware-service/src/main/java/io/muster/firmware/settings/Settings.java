package io.muster.firmware.settings;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.targets.TargetToken;
import io.muster.firmware.targets.TokenRequests;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.versions.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Changes what a tenant demands. Waits; thread-safe. */
@ApplicationScoped
public class Settings {
  private static final int GATEWAY_TOKEN_BYTES = 16;
  private static final String GATEWAY_TOKEN = "gateway-token";
  private static final String WRITE =
      """
      INSERT INTO tenant_setting AS s (tenant, version, signature_required, confirmation_required,
                                       polling_seconds)
      VALUES ($1, 1, $2, $3, $4)
      ON CONFLICT (tenant) DO UPDATE
        SET version = s.version + 1, signature_required = excluded.signature_required,
            confirmation_required = excluded.confirmation_required,
            polling_seconds = excluded.polling_seconds\
      """;
  private static final String WRITE_TOKEN =
      """
      INSERT INTO tenant_setting AS s (tenant, version, signature_required, confirmation_required,
                                       gateway_token_sha256)
      VALUES ($1, 1, true, false, $2)
      ON CONFLICT (tenant) DO UPDATE
        SET version = s.version + 1, gateway_token_sha256 = excluded.gateway_token_sha256,
            gateway_token_used = false\
      """;

  private final Database database;
  private final Changes changes;
  private final TokenRequests requests;
  private final SecureRandom random = new SecureRandom();

  Settings(Database database, Changes changes, TokenRequests requests) {
    this.database = database;
    this.changes = changes;
    this.requests = requests;
  }

  /** A tenant's. */
  public TenantSettings read(TenantId tenant) {
    return database.use(db -> TenantSettings.read(db, tenant));
  }

  TenantSettings write(TenantId tenant, SettingsBody body, IfMatch condition, Author by) {
    return changes.auditedEach(
            by,
            it -> it.entries(tenant),
            db -> {
              lock(db, tenant);
              var before = TenantSettings.read(db, tenant);
              condition.check(before.version());
              db.change(
                  WRITE,
                  tenant.value(),
                  !Boolean.FALSE.equals(body.signatureRequired()),
                  Boolean.TRUE.equals(body.confirmationRequired()),
                  body.pollingSeconds());
              return new Change(before, TenantSettings.read(db, tenant));
            })
        .after;
  }

  /** What settings were, and what they are. */
  private record Change(TenantSettings before, TenantSettings after) {
    List<AuditEntry> entries(TenantId tenant) {
      return Stream.of(
              entry(tenant, "signatureRequired", TenantSettings::signatureRequired),
              entry(tenant, "confirmationRequired", TenantSettings::confirmationRequired),
              entry(tenant, "pollingSeconds", Change::pollingSeconds))
          .flatMap(Optional::stream)
          .toList();
    }

    private Optional<AuditEntry> entry(
        TenantId tenant, String member, Function<TenantSettings, Object> value) {
      return value.apply(before).equals(value.apply(after))
          ? Optional.empty()
          : Optional.of(
              new AuditEntry(
                  "firmware-settings-changed",
                  tenant,
                  "firmware-settings/" + member + "=" + value.apply(after)));
    }

    private static Object pollingSeconds(TenantSettings it) {
      return it.polling().<Object>map(Duration::toSeconds).orElse("default");
    }
  }

  /** Makes a gateway token in place of the one before; gives its text, this once. */
  String makeGatewayToken(TenantId tenant, Optional<IdempotencyKey> key, Author by) {
    var bytes = new byte[GATEWAY_TOKEN_BYTES];
    random.nextBytes(bytes);
    var text = HexFormat.of().formatHex(bytes);
    var sha256 = TargetToken.sha256(text);
    var asked = key.map(it -> new TokenRequests.Asked(tenant, GATEWAY_TOKEN, it, new byte[0]));
    changes.audited(
        by,
        _ -> new AuditEntry("gateway-token-created", tenant, GATEWAY_TOKEN),
        db -> {
          lock(db, tenant);
          asked
              .flatMap(it -> requests.earlier(db, it))
              .ifPresent(it -> requireUnused(TenantSettings.read(db, tenant), it));
          asked.ifPresent(it -> requests.remember(db, it, sha256));
          return db.change(WRITE_TOKEN, tenant.value(), sha256);
        });
    return text;
  }

  private static void requireUnused(TenantSettings now, byte[] token) {
    if (now.gatewayTokenUsed()
        || now.gatewayTokenSha256().filter(it -> Arrays.equals(it, token)).isEmpty()) {
      throw TokenRequests.used();
    }
  }

  /** A gateway has shown the tenant's token. */
  public void gatewayTokenUsed(TenantId tenant, TenantSettings seen) {
    if (!seen.gatewayTokenUsed()) {
      database.use(
          db ->
              db.change(
                  "UPDATE tenant_setting SET gateway_token_used = true"
                      + " WHERE tenant = $1 AND gateway_token_sha256 = $2",
                  tenant.value(),
                  seen.gatewayTokenSha256().orElseThrow()));
    }
  }

  void deleteGatewayToken(TenantId tenant, Author by) {
    changes.auditedIfAny(
        by,
        gone ->
            gone > 0
                ? Optional.of(new AuditEntry("gateway-token-deleted", tenant, GATEWAY_TOKEN))
                : Optional.empty(),
        db ->
            db.change(
                "UPDATE tenant_setting SET gateway_token_sha256 = NULL, version = version + 1"
                    + " WHERE tenant = $1 AND gateway_token_sha256 IS NOT NULL",
                tenant.value()));
  }

  private static void lock(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('settings ' || $1::text))", tenant.value());
  }
}
