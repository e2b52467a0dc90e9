package io.muster.registry.provisioning;

import io.muster.contract.id.TenantId;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.credentials.GeneratedSecret;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.registry.verification.VerificationRecord;
import io.muster.rest.problem.Challenge;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;

/** Whether a claim token holds; in the current session. Thread-safe. */
@ApplicationScoped
class ClaimCheck {
  private final ClaimTokenRepository rows;
  private final Tenants tenants;
  private final VerificationRecord record;
  private final Clock clock;

  ClaimCheck(ClaimTokenRepository rows, Tenants tenants, VerificationRecord record, Clock clock) {
    this.rows = rows;
    this.tenants = tenants;
    this.record = record;
    this.clock = clock;
  }

  /**
   * @param token null when there is none
   * @param refused why it does not hold, or null
   */
  private record Looked(ClaimTokenEntity token, Reason refused) {}

  /** What the endpoint is told, whether it has uses left or not. */
  Uni<ClaimAnswer> answer(TenantId tenant, String shown) {
    return look(tenant, new Claim.Shown(shown))
        .map(
            it ->
                it.refused() == null
                    ? new ClaimAnswer.Allowed(it.token().id, it.token().notAfter)
                    : new ClaimAnswer.Denied(it.refused()));
  }

  /**
   * One that holds; else 401, the same for an unknown tenant. Why is counted and logged.
   *
   * @param address from where, for the log
   */
  Uni<ClaimTokenEntity> require(TenantId tenant, Claim claim, String address) {
    return look(tenant, claim)
        .map(
            it -> {
              if (it.refused() != null) {
                record.noteClaim(tenant, it.refused(), address);
                throw new Refusal.NotAuthenticated(Challenge.BASIC).asException();
              }
              return it.token();
            });
  }

  private Uni<Looked> look(TenantId tenantId, Claim claim) {
    return tenants
        .require(tenantId)
        .onFailure(RefusedException.class)
        .recoverWithNull()
        .chain(tenant -> look(tenant, claim));
  }

  private Uni<Looked> look(TenantEntity tenant, Claim claim) {
    if (tenant == null) {
      return Uni.createFrom().item(new Looked(null, Reason.CLAIM_UNKNOWN));
    }
    return find(tenant, claim)
        .map(found -> new Looked(found, refusal(tenant, found, clock.instant())));
  }

  private Uni<ClaimTokenEntity> find(TenantEntity tenant, Claim claim) {
    return switch (claim) {
      case Claim.Shown(var text) -> rows.shown(tenant.key(), new GeneratedSecret(text).sha256());
      case Claim.Known(var id) -> rows.ofTenant(tenant.key(), id);
    };
  }

  private static Reason refusal(TenantEntity tenant, ClaimTokenEntity found, Instant now) {
    if (found == null) {
      return Reason.CLAIM_UNKNOWN;
    }
    if (!found.holds(now)) {
      return found.revokedAt != null ? Reason.CLAIM_REVOKED : Reason.CLAIM_EXPIRED;
    }
    // Last: whoever has no claim token must not learn that there is such a tenant.
    return tenant.isSuspended() ? Reason.TENANT_SUSPENDED : null;
  }
}
