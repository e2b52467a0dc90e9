package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.audit.AuditLog;
import io.muster.registry.credentials.GeneratedSecret;
import io.muster.registry.credentials.GrantedCredentials;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.groups.Groups;
import io.muster.registry.issuing.IssuedCertificate;
import io.muster.registry.issuing.Issuing;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.provisioning.HardwareTable.Known;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.registry.tokens.DeviceToken;
import io.muster.registry.tokens.TokenIssuer;
import io.muster.registry.tokens.TokenRequest;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/**
 * Gives devices an identity. A piece of hardware and a key that belong together are one device,
 * however often they ask; of what two do at once the database's constraints let one pass, and the
 * other one looks again and finds it. Thread-safe.
 */
@ApplicationScoped
class Provisioning {
  private static final int ATTEMPTS = 3;

  private final ClaimTokenRepository claims;
  private final HardwareTable hardware;
  private final Tenants tenants;
  private final Devices devices;
  private final Groups groups;
  private final GrantedCredentials credentials;
  private final TokenIssuer issuer;
  private final Issuing issuing;
  private final ProvisioningSettings settings;
  private final Changes changes;
  private final AuditLog audit;
  private final Clock clock;

  Provisioning(
      ClaimTokenRepository claims,
      HardwareTable hardware,
      Tenants tenants,
      Devices devices,
      Groups groups,
      GrantedCredentials credentials,
      TokenIssuer issuer,
      Issuing issuing,
      ProvisioningSettings settings,
      Changes changes,
      AuditLog audit,
      Clock clock) {
    this.claims = claims;
    this.hardware = hardware;
    this.tenants = tenants;
    this.devices = devices;
    this.groups = groups;
    this.credentials = credentials;
    this.issuer = issuer;
    this.issuing = issuing;
    this.settings = settings;
    this.changes = changes;
    this.audit = audit;
    this.clock = clock;
  }

  /** What came of a request; it is committed before anybody hears of it. */
  private sealed interface Outcome {
    record Known(DeviceAddress device, UUID credential) implements Outcome {}

    record NeedsApproval() implements Outcome {}
  }

  /**
   * Gives an identity, or says again which one was given.
   *
   * @param claimToken what the device shows
   * @param address from where, for the operator
   * @return fails with 401 for a claim token that does not hold, with 409 when an operator has to
   *     decide, with 429 when the token is used up or a limit is reached
   */
  Uni<ProvisioningAnswer> provision(
      TenantId tenant, String claimToken, ProvisioningBody body, String address) {
    return changes
        .reading(() -> claim(tenant, claimToken))
        .map(_ -> applicant(tenant, body))
        .chain(applicant -> decide(tenant, claimToken, applicant, address, ATTEMPTS))
        .chain(
            outcome ->
                switch (outcome) {
                  case Outcome.Known it -> answer(it, body.csr());
                  case Outcome.NeedsApproval _ -> throw approvalNeeded();
                });
  }

  private Applicant applicant(TenantId tenant, ProvisioningBody body) {
    var applicant = Applicant.read(tenant, body, settings, clock.instant());
    if (body.csr() != null) {
      // Before anything is made that would lack its certificate.
      issuing.requireOn();
    }
    return applicant;
  }

  /** Whether a claim token holds; the same 401 for an unknown tenant. */
  private Uni<ClaimTokenEntity> claim(TenantId tenant, String claimToken) {
    return tenants
        .require(tenant)
        .onFailure(RefusedException.class)
        .transform(_ -> new Refusal.NotAuthenticated().asException())
        .chain(
            found ->
                found.isSuspended()
                    ? Uni.createFrom().nullItem()
                    : claims.shown(found.key(), new GeneratedSecret(claimToken).sha256()))
        .map(
            found -> {
              if (found == null || !found.holds(clock.instant())) {
                throw new Refusal.NotAuthenticated().asException();
              }
              return found;
            });
  }

  private Uni<Outcome> decide(
      TenantId tenant, String claimToken, Applicant applicant, String address, int attempts) {
    return changes
        .inTransaction(
            () ->
                claim(tenant, claimToken)
                    .chain(
                        claim ->
                            tenants
                                .require(tenant)
                                .chain(it -> decide(it, claim, applicant, address))))
        .onFailure(it -> attempts > 1 && isThereAlready(it))
        .recoverWithUni(() -> decide(tenant, claimToken, applicant, address, attempts - 1));
  }

  private Uni<Outcome> decide(
      TenantEntity tenant, ClaimTokenEntity claim, Applicant applicant, String address) {
    var device = new DeviceAddress(tenant.tenantId(), applicant.hardware().device());
    return hardware
        .find(tenant.key(), applicant.hardware())
        .chain(
            known ->
                devices
                    .find(tenant, device.device())
                    .chain(
                        found -> {
                          if (known == null && found == null) {
                            return create(tenant, claim, applicant, device);
                          }
                          return known != null && known.has(applicant.key())
                              ? again(tenant, found, known, applicant, device, address)
                              : askOperator(tenant, applicant, address);
                        }));
  }

  private Uni<Outcome> create(
      TenantEntity tenant, ClaimTokenEntity claim, Applicant applicant, DeviceAddress device) {
    return devices
        .provision(tenant, device.device(), claim.type(), List.of(claim.tags))
        .onFailure(Provisioning::isMeaningless)
        .transform(_ -> unusable("The claim token's device type is gone."))
        .chain(made -> register(tenant, claim, applicant, device, made));
  }

  private Uni<Outcome> register(
      TenantEntity tenant,
      ClaimTokenEntity claim,
      Applicant applicant,
      DeviceAddress device,
      DeviceEntity made) {
    return credentials
        .ofKey(device, made, applicant.key())
        .call(
            credential ->
                hardware.insert(
                    tenant.key(),
                    applicant.hardware(),
                    new Known(made.key(), applicant.key().sha256(), credential)))
        .call(() -> use(claim))
        .call(() -> join(claim, device))
        .call(() -> audit.write(entry("device-provisioned", device).by(actor(claim))))
        .map(credential -> new Outcome.Known(device, credential));
  }

  /** The same hardware with the same key: the same device, unless somebody took the key away. */
  private Uni<Outcome> again(
      TenantEntity tenant,
      DeviceEntity device,
      Known known,
      Applicant applicant,
      DeviceAddress address,
      String from) {
    if (device == null || device.key() != known.deviceKey()) {
      return askOperator(tenant, applicant, from);
    }
    if (!device.isEnabled()) {
      throw new Refusal.Forbidden("The device is disabled.").asException();
    }
    return credentials
        .has(device, known.credential())
        .chain(
            has ->
                has
                    ? Uni.createFrom()
                        .item((Outcome) new Outcome.Known(address, known.credential()))
                    : askOperator(tenant, applicant, from));
  }

  private Uni<Outcome> askOperator(TenantEntity tenant, Applicant applicant, String address) {
    return hardware
        .countRequests(tenant.key(), applicant.hardware())
        .chain(
            counts -> {
              var room =
                  counts.ofTenant() < settings.maxRequests()
                      && counts.ofHardware() < settings.maxRequestsPerHardware();
              // The answer is the same: who asks too often is not told anything by it.
              return room
                  ? hardware.ask(tenant.key(), applicant, address)
                  : Uni.createFrom().voidItem();
            })
        .replaceWith(new Outcome.NeedsApproval());
  }

  private Uni<Void> use(ClaimTokenEntity claim) {
    return claims
        .use(claim.key)
        .invoke(
            used -> {
              if (!used) {
                throw new Refusal.LimitReached("uses of the claim token", claim.maxUses)
                    .asException();
              }
            })
        .replaceWithVoid();
  }

  private Uni<Void> join(ClaimTokenEntity claim, DeviceAddress device) {
    return claim.group() == null
        ? Uni.createFrom().voidItem()
        : groups
            .join(device.tenant(), claim.group(), device.device())
            .onFailure(RefusedException.class)
            .transform(_ -> unusable("The claim token's group is gone."));
  }

  private Uni<ProvisioningAnswer> answer(Outcome.Known known, String csr) {
    var device = known.device();
    Uni<IssuedCertificate> certificate =
        csr == null ? Uni.createFrom().nullItem() : issuing.issue(device, csr);
    return certificate.chain(
        issued ->
            issuer
                .issue(
                    TokenIssuer.By.PROVISIONING,
                    device,
                    TokenRequest.USUAL,
                    known.credential(),
                    null)
                .map(token -> answer(known, issued, token)));
  }

  private static ProvisioningAnswer answer(
      Outcome.Known known, IssuedCertificate certificate, DeviceToken token) {
    var device = known.device();
    return new ProvisioningAnswer(
        device.tenant().value(),
        device.device().value(),
        device.userName(),
        known.credential(),
        certificate,
        token);
  }

  private static boolean isThereAlready(Throwable failure) {
    return BrokenConstraint.unique(failure, "device_id_is_unique")
        || BrokenConstraint.unique(failure, "hardware_is_unique");
  }

  private static boolean isMeaningless(Throwable failure) {
    return failure instanceof RefusedException refused
        && refused.refusal() instanceof Refusal.Meaningless;
  }

  private static AuditEntry entry(String action, DeviceAddress device) {
    return AuditEntry.ofDevice(action, device, "");
  }

  /** Who answers for it: whoever gave the token away. */
  private static String actor(ClaimTokenEntity claim) {
    return "claim-token:" + claim.id;
  }

  private static RuntimeException unusable(String detail) {
    return new Refusal.Conflict(ConflictKind.CLAIM_TOKEN_UNUSABLE, detail).asException();
  }

  private static RuntimeException approvalNeeded() {
    return new Refusal.Conflict(
            ConflictKind.PROVISIONING_APPROVAL_NEEDED,
            "This hardware is known with another key; an operator has to approve this one.")
        .asException();
  }
}
