package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.audit.AuditLog;
import io.muster.registry.credentials.GrantedCredentials;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.devices.Devices;
import io.muster.registry.groups.Groups;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.provisioning.HardwareTable.Known;
import io.muster.registry.tenants.TenantEntity;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/**
 * Makes the device of a piece of hardware that nobody has seen before, with all that its claim
 * token gives, in the current transaction. Thread-safe.
 */
@ApplicationScoped
class DeviceMaker {
  private final ClaimTokenRepository claims;
  private final HardwareTable hardware;
  private final Devices devices;
  private final Groups groups;
  private final GrantedCredentials credentials;
  private final AuditLog audit;

  DeviceMaker(
      ClaimTokenRepository claims,
      HardwareTable hardware,
      Devices devices,
      Groups groups,
      GrantedCredentials credentials,
      AuditLog audit) {
    this.claims = claims;
    this.hardware = hardware;
    this.devices = devices;
    this.groups = groups;
    this.credentials = credentials;
    this.audit = audit;
  }

  /**
   * Uses the claim token once.
   *
   * @param from the device's address, for the audit
   * @return the id of the credential that the applicant's key is; fails with 429 when the token is
   *     used up, with 409 when something that it gives is gone
   */
  Uni<UUID> make(
      TenantEntity tenant,
      ClaimTokenEntity claim,
      Applicant applicant,
      DeviceAddress device,
      String from) {
    return devices
        .provision(tenant, device.device(), claim.type(), List.of(claim.tags))
        .onFailure(DeviceMaker::isMeaningless)
        .transform(_ -> unusable("The claim token's device type is gone."))
        .chain(made -> register(tenant, claim, applicant, device, made))
        .call(() -> audit.write(entry(claim, device).from(from)));
  }

  private Uni<UUID> register(
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
        .call(() -> join(claim, device));
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
            .onFailure(DeviceMaker::isGone)
            .transform(_ -> unusable("The claim token's group is gone."));
  }

  /** Or is no static one any more; one that is full is another matter. */
  private static boolean isGone(Throwable failure) {
    return failure instanceof RefusedException refused
        && !(refused.refusal() instanceof Refusal.LimitReached);
  }

  private static boolean isMeaningless(Throwable failure) {
    return failure instanceof RefusedException refused
        && refused.refusal() instanceof Refusal.Meaningless;
  }

  /** Who answers for it: whoever gave the token away. */
  private static AuditEntry entry(ClaimTokenEntity claim, DeviceAddress device) {
    return AuditEntry.ofDevice("device-provisioned", device, "").by("claim-token:" + claim.id);
  }

  private static RuntimeException unusable(String detail) {
    return new Refusal.Conflict(ConflictKind.CLAIM_TOKEN_UNUSABLE, detail).asException();
  }
}
