package io.muster.registry.authorities;

import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.credentials.RevokedCertificates;
import io.muster.registry.events.Changes;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** The certificate authorities of a tenant. Thread-safe. */
@ApplicationScoped
class Authorities {
  private static final int CODE_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final AuthorityRepository rows;
  private final AuthoritySettings settings;
  private final RevokedCertificates revoked;
  private final Tenants tenants;
  private final Changes changes;
  private final Clock clock;

  Authorities(
      AuthorityRepository rows,
      AuthoritySettings settings,
      RevokedCertificates revoked,
      Tenants tenants,
      Changes changes,
      Clock clock) {
    this.rows = rows;
    this.settings = settings;
    this.revoked = revoked;
    this.tenants = tenants;
    this.changes = changes;
    this.clock = clock;
  }

  /** Announces one; it vouches for nobody until {@link #prove}. */
  Uni<AuthorityView> announce(TenantId tenant, AuthorityBody.New body) {
    var certificate = AuthorityPem.certificate(body.certificate(), clock.instant());
    return changes.audited(
        made -> entry("certificate-authority-announced", tenant, made.id()),
        () ->
            tenants
                .requireLocked(tenant)
                .call(this::requireRoom)
                .map(it -> create(it, certificate, body))
                .chain(rows::persistAndFlush)
                .map(AuthorityEntity::view));
  }

  Uni<AuthorityView> prove(TenantId tenant, UUID id, AuthorityBody.Proof body) {
    var proof = AuthorityPem.decoded(body.certificate());
    return changes
        .audited(
            made -> entry("certificate-authority-proven", tenant, made.id()),
            () -> requireLocked(tenant, id).call(it -> prove(it, proof)).map(AuthorityEntity::view))
        .onFailure(it -> BrokenConstraint.unique(it, "authority_key_is_unique"))
        .transform(_ -> AuthorityRefusals.exists());
  }

  Uni<List<AuthorityView>> list(TenantId tenant) {
    return changes
        .reading(() -> tenants.require(tenant).chain(it -> rows.ofTenant(it.key())))
        .map(found -> found.stream().map(AuthorityEntity::view).toList());
  }

  Uni<AuthorityView> read(TenantId tenant, UUID id) {
    return changes
        .reading(() -> tenants.require(tenant).chain(it -> rows.ofTenant(it.key(), id)))
        .onItem()
        .ifNull()
        .failWith(() -> AuthorityRefusals.absent(id))
        .map(AuthorityEntity::view);
  }

  Uni<AuthorityView> change(TenantId tenant, UUID id, AuthorityBody.Change body) {
    return changes.audited(
        _ -> entry("certificate-authority-updated", tenant, id),
        () ->
            requireLocked(tenant, id)
                .invoke(
                    it -> {
                      it.name = body.name() == null ? it.name : body.name();
                      it.autoProvisioning =
                          body.autoProvisioning() == null
                              ? it.autoProvisioning
                              : body.autoProvisioning();
                    })
                .map(AuthorityEntity::view));
  }

  private AuthorityEntity create(
      TenantEntity tenant, AuthorityCertificate certificate, AuthorityBody.New body) {
    var now = clock.instant();
    var code = new byte[CODE_BYTES];
    random.nextBytes(code);
    var authority = AuthorityEntity.create(tenant.key(), certificate);
    authority.name = body.name();
    authority.autoProvisioning = !Boolean.FALSE.equals(body.autoProvisioning());
    authority.code = HexFormat.of().formatHex(code);
    authority.codeUntil = now.plus(settings.codeHolds());
    authority.createdAt = now;
    return authority;
  }

  private Uni<Void> prove(AuthorityEntity authority, X509Certificate proof) {
    var now = clock.instant();
    if (authority.isProven()) {
      return Uni.createFrom().voidItem();
    }
    if (!authority.codeUntil.isAfter(now)) {
      throw new Refusal.Conflict(
              ConflictKind.AUTHORITY_CODE_OVER, "The code is over; announce the authority again.")
          .asException();
    }
    var certificate = AuthorityCertificate.stored(authority.certificate);
    if (!certificate.isProvenBy(proof, authority.code, now)) {
      throw AuthorityRefusals.wrong(
          "must be signed by the authority's key, hold now, and have the code as its common name");
    }
    return rows.isProven(authority.keySha256)
        .invoke(
            taken -> {
              if (taken) {
                throw AuthorityRefusals.exists();
              }
              authority.provenAt = now;
            })
        .chain(rows::flush)
        .chain(() -> neverADevice(proof));
  }

  /** Another authority above this one may vouch for it as well, also when this one is gone. */
  private Uni<Void> neverADevice(X509Certificate proof) {
    return revoked.add(AuthorityCertificate.fingerprint(proof), proof.getNotAfter().toInstant());
  }

  private Uni<Void> requireRoom(TenantEntity tenant) {
    return rows.dropLapsed(tenant.key(), clock.instant())
        .chain(() -> rows.count("tenantKey", tenant.key()))
        .invoke(
            count -> {
              if (count >= settings.maxPerTenant()) {
                throw new Refusal.LimitReached("certificate authorities", settings.maxPerTenant())
                    .asException();
              }
            })
        .replaceWithVoid();
  }

  /** One of the tenant's, locked in the current transaction; fails with 404. */
  Uni<AuthorityEntity> requireLocked(TenantId tenant, UUID id) {
    return tenants
        .require(tenant)
        .chain(it -> rows.locked(it.key(), id))
        .onItem()
        .ifNull()
        .failWith(() -> AuthorityRefusals.absent(id));
  }

  static AuditEntry entry(String action, TenantId tenant, UUID id) {
    return new AuditEntry(action, tenant, "certificate-authorities/" + id);
  }
}
