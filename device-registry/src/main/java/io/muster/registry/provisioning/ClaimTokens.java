package io.muster.registry.provisioning;

import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.credentials.GeneratedSecret;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.groups.Groups;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/** The claim tokens of a tenant. Thread-safe. */
@ApplicationScoped
class ClaimTokens {
  private final SecureRandom random = new SecureRandom();
  private final ClaimTokenRepository rows;
  private final ProvisioningSettings settings;
  private final Tenants tenants;
  private final Devices devices;
  private final Groups groups;
  private final Changes changes;
  private final Clock clock;

  ClaimTokens(
      ClaimTokenRepository rows,
      ProvisioningSettings settings,
      Tenants tenants,
      Devices devices,
      Groups groups,
      Changes changes,
      Clock clock) {
    this.rows = rows;
    this.settings = settings;
    this.tenants = tenants;
    this.devices = devices;
    this.groups = groups;
    this.changes = changes;
    this.clock = clock;
  }

  Uni<ClaimTokenView> create(TenantId tenantId, ClaimTokenBody body) {
    var now = clock.instant();
    check(body, now);
    var secret = GeneratedSecret.draw(random);
    return changes.audited(
        made -> entry("claim-token-created", tenantId, made.id()),
        () ->
            tenants
                .requireLocked(tenantId)
                .call(tenant -> checkReferences(tenant, body))
                .call(tenant -> requireRoom(tenant, now))
                .map(tenant -> token(tenant, body, secret, now))
                .chain(rows::persistAndFlush)
                .map(made -> made.view(secret.text(), now)));
  }

  Uni<Page<ClaimTokenView>> list(TenantId tenantId, Cursor cursor, int limit) {
    var after = Place.of(cursor);
    var now = clock.instant();
    return changes
        .reading(
            () -> tenants.require(tenantId).chain(it -> rows.after(it.key(), after, limit + 1)))
        .map(found -> Page.of(found, limit, it -> it.key.toString(), it -> it.view(null, now)));
  }

  Uni<ClaimTokenView> read(TenantId tenantId, UUID id) {
    return changes
        .reading(() -> tenants.require(tenantId).chain(it -> rows.ofTenant(it.key(), id)))
        .onItem()
        .ifNull()
        .failWith(() -> absent(id))
        .map(it -> it.view(null, clock.instant()));
  }

  /** Nobody is provisioned with it any more; who was stays. */
  Uni<Void> revoke(TenantId tenantId, UUID id) {
    return changes.audited(
        _ -> entry("claim-token-revoked", tenantId, id),
        () ->
            tenants
                .require(tenantId)
                .chain(it -> rows.locked(it.key(), id))
                .onItem()
                .ifNull()
                .failWith(() -> absent(id))
                .invoke(it -> it.revokedAt = it.revokedAt == null ? clock.instant() : it.revokedAt)
                .replaceWithVoid());
  }

  private void check(ClaimTokenBody body, Instant now) {
    if (body.notAfter() == null) {
      throw wrong("/notAfter", "must be given");
    }
    if (!body.notAfter().isAfter(now)
        || body.notAfter().isAfter(now.plus(settings.maxClaimLifetime()))) {
      throw wrong(
          "/notAfter",
          "must be within the next %d days".formatted(settings.maxClaimLifetime().toDays()));
    }
    if (body.maxUses() != null
        && (body.maxUses() < 1 || body.maxUses() > settings.maxClaimUses())) {
      throw wrong("/maxUses", "must be between 1 and %d".formatted(settings.maxClaimUses()));
    }
  }

  /** They may be gone when a device comes; but nobody is to be surprised from the start. */
  private Uni<Void> checkReferences(TenantEntity tenant, ClaimTokenBody body) {
    return devices
        .requireType(tenant, body.type())
        .chain(
            () ->
                body.group() == null
                    ? Uni.createFrom().voidItem()
                    : groups.requireStatic(tenant, body.group()));
  }

  private Uni<Void> requireRoom(TenantEntity tenant, Instant now) {
    return rows.dropOver(tenant.key(), now.minus(settings.claimTokensKept()))
        .chain(() -> rows.countHolding(tenant.key(), now))
        .invoke(
            count -> {
              if (count >= settings.maxClaimTokens()) {
                throw new Refusal.LimitReached("claim tokens", settings.maxClaimTokens())
                    .asException();
              }
            })
        .replaceWithVoid();
  }

  private ClaimTokenEntity token(
      TenantEntity tenant, ClaimTokenBody body, GeneratedSecret secret, Instant now) {
    var token = new ClaimTokenEntity();
    token.id = UUID.randomUUID();
    token.tenantKey = tenant.key();
    token.name = body.name();
    token.tokenSha256 = secret.sha256();
    token.maxUses = body.maxUses() == null ? 1 : body.maxUses();
    token.notAfter = body.notAfter().truncatedTo(ChronoUnit.MICROS);
    token.typeId = body.type() == null ? null : body.type().value();
    token.groupId = body.group() == null ? null : body.group().value();
    token.tags = devices.checkedTags(body.tags()).toArray(String[]::new);
    token.createdAt = now;
    return token;
  }

  private static AuditEntry entry(String action, TenantId tenant, UUID id) {
    return new AuditEntry(action, tenant, "claim-tokens/" + id);
  }

  private static RuntimeException absent(UUID id) {
    return new Refusal.Absent("There is no claim token '%s'.".formatted(id)).asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
