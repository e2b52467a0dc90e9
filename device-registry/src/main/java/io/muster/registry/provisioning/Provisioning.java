package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.registry.credentials.GrantedCredentials;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.registry.provisioning.HardwareTable.Known;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;

/**
 * Gives devices an identity. A piece of hardware and a key that belong together are one device,
 * however often they ask; of what two do at once the database's constraints let one pass, and the
 * other one looks again and finds it. Thread-safe.
 */
@ApplicationScoped
class Provisioning {
  private static final int ATTEMPTS = 3;

  private final ClaimCheck claims;
  private final ProvisioningRate rate;
  private final HardwareTable hardware;
  private final RequestTable requests;
  private final Tenants tenants;
  private final Devices devices;
  private final DeviceMaker maker;
  private final GrantedCredentials credentials;
  private final FirstPapers papers;
  private final ProvisioningSettings settings;
  private final Changes changes;
  private final Clock clock;

  Provisioning(
      ClaimCheck claims,
      ProvisioningRate rate,
      HardwareTable hardware,
      RequestTable requests,
      Tenants tenants,
      Devices devices,
      DeviceMaker maker,
      GrantedCredentials credentials,
      FirstPapers papers,
      ProvisioningSettings settings,
      Changes changes,
      Clock clock) {
    this.claims = claims;
    this.rate = rate;
    this.hardware = hardware;
    this.requests = requests;
    this.tenants = tenants;
    this.devices = devices;
    this.maker = maker;
    this.credentials = credentials;
    this.papers = papers;
    this.settings = settings;
    this.changes = changes;
    this.clock = clock;
  }

  /** What came of a request; it is committed before anybody hears of it. */
  private sealed interface Outcome {
    record Known(DeviceAddress device, UUID credential) implements Outcome {}

    record NeedsApproval() implements Outcome {}
  }

  /** Who asks, with what, from where. */
  private record Asking(TenantId tenant, Claim claim, Applicant applicant, String address) {}

  /**
   * Gives an identity, or says again which one was given.
   *
   * @param address from where, for the operator
   * @return fails with 401 for a claim token that does not hold, with 409 when an operator has to
   *     decide, with 429 when the token is used up or a limit is reached
   */
  Uni<ProvisioningAnswer> provision(
      TenantId tenant, Claim claim, ProvisioningBody body, String address) {
    return changes
        .reading(() -> claims.require(tenant, claim, address))
        .invoke(it -> rate.count(it.id, address))
        .map(_ -> applicant(tenant, body))
        .chain(applicant -> decide(new Asking(tenant, claim, applicant, address), ATTEMPTS))
        .chain(
            outcome ->
                switch (outcome) {
                  case Outcome.Known it -> papers.give(it.device(), it.credential(), body.csr());
                  case Outcome.NeedsApproval _ -> throw approvalNeeded();
                });
  }

  private Applicant applicant(TenantId tenant, ProvisioningBody body) {
    var applicant = Applicant.read(tenant, body, settings, clock.instant());
    papers.requireFor(body.csr());
    return applicant;
  }

  private Uni<Outcome> decide(Asking asking, int attempts) {
    return changes
        .inTransaction(
            () ->
                claims
                    .require(asking.tenant(), asking.claim(), asking.address())
                    .chain(
                        claim ->
                            tenants
                                .require(asking.tenant())
                                .chain(tenant -> decide(tenant, claim, asking))))
        .onFailure(it -> attempts > 1 && isThereAlready(it))
        .recoverWithUni(() -> decide(asking, attempts - 1));
  }

  private Uni<Outcome> decide(TenantEntity tenant, ClaimTokenEntity claim, Asking asking) {
    var applicant = asking.applicant();
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
                            return maker
                                .make(tenant, claim, applicant, device, asking.address())
                                .map(credential -> new Outcome.Known(device, credential));
                          }
                          return known != null && known.has(applicant.key())
                              ? again(tenant, found, known, asking, device)
                              : askOperator(tenant, asking);
                        }));
  }

  /** The same hardware with the same key: the same device, unless somebody took the key away. */
  private Uni<Outcome> again(
      TenantEntity tenant, DeviceEntity device, Known known, Asking asking, DeviceAddress address) {
    if (device == null || device.key() != known.deviceKey()) {
      return askOperator(tenant, asking);
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
                    : askOperator(tenant, asking));
  }

  private Uni<Outcome> askOperator(TenantEntity tenant, Asking asking) {
    var applicant = asking.applicant();
    return requests
        .dropOver(tenant.key(), clock.instant().minus(settings.requestsKept()))
        .chain(() -> requests.count(tenant.key(), applicant.hardware()))
        .chain(
            counts -> {
              var room =
                  counts.ofTenant() < settings.maxRequests()
                      && counts.ofHardware() < settings.maxRequestsPerHardware();
              // The answer is the same: who asks too often is not told anything by it.
              return room
                  ? requests.ask(tenant.key(), applicant, asking.address())
                  : Uni.createFrom().voidItem();
            })
        .replaceWith(new Outcome.NeedsApproval());
  }

  private static boolean isThereAlready(Throwable failure) {
    return BrokenConstraint.unique(failure, "device_id_is_unique")
        || BrokenConstraint.unique(failure, "hardware_is_unique");
  }

  private static RuntimeException approvalNeeded() {
    return new Refusal.Conflict(
            ConflictKind.PROVISIONING_APPROVAL_NEEDED,
            "This hardware is known with another key; an operator has to approve this one.")
        .asException();
  }
}
