package io.muster.registry.authorities;

import io.muster.contract.event.RegistryEvent.CredentialRevoked;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.authorities.AuthorityRepository.Vouched;
import io.muster.registry.credentials.CertificateText;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import io.muster.registry.events.Changes;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.problem.FieldError;
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
  private static final int PAGE = 100;

  private final SecureRandom random = new SecureRandom();
  private final AuthorityRepository rows;
  private final AuthoritySettings settings;
  private final Tenants tenants;
  private final Changes changes;
  private final RegistryOutbox outbox;
  private final Clock clock;

  Authorities(
      AuthorityRepository rows,
      AuthoritySettings settings,
      Tenants tenants,
      Changes changes,
      RegistryOutbox outbox,
      Clock clock) {
    this.rows = rows;
    this.settings = settings;
    this.tenants = tenants;
    this.changes = changes;
    this.outbox = outbox;
    this.clock = clock;
  }

  /** Announces one; it vouches for nobody until {@link #prove}. */
  Uni<AuthorityView> announce(TenantId tenant, AuthorityBody.New body) {
    var certificate = certificate(body.certificate());
    return changes.audited(
        made -> entry("certificate-authority-announced", tenant, made.id()),
        () ->
            tenants
                .require(tenant)
                .call(this::requireRoom)
                .map(it -> create(it, certificate, body))
                .chain(rows::persistAndFlush)
                .map(AuthorityEntity::view));
  }

  Uni<AuthorityView> prove(TenantId tenant, UUID id, AuthorityBody.Proof body) {
    var proof = decoded(body.certificate());
    return changes
        .audited(
            made -> entry("certificate-authority-proven", tenant, made.id()),
            () -> locked(tenant, id).call(it -> prove(it, proof)).map(AuthorityEntity::view))
        .onFailure(it -> BrokenConstraint.unique(it, "authority_key_is_unique"))
        .transform(_ -> exists());
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
        .failWith(() -> absent(id))
        .map(AuthorityEntity::view);
  }

  Uni<AuthorityView> change(TenantId tenant, UUID id, AuthorityBody.Change body) {
    return changes.audited(
        _ -> entry("certificate-authority-updated", tenant, id),
        () ->
            locked(tenant, id)
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

  /** Ends it, and every credential that it vouched for: whoever is connected with one must go. */
  Uni<Void> revoke(TenantId tenant, UUID id) {
    return changes.audited(
        _ -> entry("certificate-authority-revoked", tenant, id),
        () ->
            locked(tenant, id).call(it -> announceRevocations(tenant, it, 0)).chain(rows::delete));
  }

  private Uni<Void> announceRevocations(TenantId tenant, AuthorityEntity authority, int after) {
    return rows.vouchedAfter(authority.key, after, PAGE)
        .call(vouched -> outbox.append(revocations(tenant, vouched)))
        .chain(
            vouched ->
                vouched.size() < PAGE
                    ? Uni.createFrom().voidItem()
                    : announceRevocations(tenant, authority, vouched.getLast().key()));
  }

  private static List<CredentialRevoked> revocations(TenantId tenant, List<Vouched> vouched) {
    return vouched.stream()
        .map(
            it ->
                new CredentialRevoked(
                    new DeviceAddress(tenant, new DeviceId(it.device())), it.credential()))
        .toList();
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
      throw wrong(
          "must be signed by the authority's key, hold now, and have the code as its common name");
    }
    return rows.isProven(authority.keySha256)
        .invoke(
            taken -> {
              if (taken) {
                throw exists();
              }
              authority.provenAt = now;
            })
        .chain(rows::flush);
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

  private Uni<AuthorityEntity> locked(TenantId tenant, UUID id) {
    return tenants
        .require(tenant)
        .chain(it -> rows.locked(it.key(), id))
        .onItem()
        .ifNull()
        .failWith(() -> absent(id));
  }

  private AuthorityCertificate certificate(String pem) {
    try {
      return AuthorityCertificate.read(required(pem), clock.instant());
    } catch (UnfitCertificateException unfit) {
      throw wrong(unfit.getMessage());
    }
  }

  private static X509Certificate decoded(String pem) {
    try {
      return CertificateText.decoded(required(pem));
    } catch (UnfitCertificateException unfit) {
      throw wrong(unfit.getMessage());
    }
  }

  private static String required(String pem) {
    if (pem == null) {
      throw wrong("must be given");
    }
    return pem;
  }

  private static AuditEntry entry(String action, TenantId tenant, UUID id) {
    return new AuditEntry(action, tenant, "certificate-authorities/" + id);
  }

  /** Not whose: that may be another tenant's affair. */
  private static RuntimeException exists() {
    return new Refusal.Conflict(
            ConflictKind.AUTHORITY_EXISTS,
            "An authority with this key vouches already, for this tenant or another one.")
        .asException();
  }

  private static RuntimeException absent(UUID id) {
    return new Refusal.Absent("There is no certificate authority '%s'.".formatted(id))
        .asException();
  }

  private static RuntimeException wrong(String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at("/certificate", detail))).asException();
  }
}
