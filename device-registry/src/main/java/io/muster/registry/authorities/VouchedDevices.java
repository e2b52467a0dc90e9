package io.muster.registry.authorities;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CertificateBounds;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.audit.AuditLog;
import io.muster.registry.authorities.AuthorityLookup.Candidate;
import io.muster.registry.credentials.GrantedCredentials;
import io.muster.registry.credentials.RevokedCertificates;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.tenants.TenantEntity;
import io.muster.registry.tenants.Tenants;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.cert.CertificateEncodingException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Devices whose certificate nobody registered, and for which a tenant's authority vouches: the
 * certificate is registered with its first use, and so is the device, where that is wanted.
 * Thread-safe.
 */
@ApplicationScoped
public class VouchedDevices {
  private static final int ATTEMPTS = 3;

  private final AuthorityLookup lookup;
  private final AuthorityRepository authorities;
  private final Tenants tenants;
  private final Devices devices;
  private final GrantedCredentials credentials;
  private final RevokedCertificates revoked;
  private final Changes changes;
  private final AuditLog audit;
  private final Clock clock;

  VouchedDevices(
      AuthorityLookup lookup,
      AuthorityRepository authorities,
      Tenants tenants,
      Devices devices,
      GrantedCredentials credentials,
      RevokedCertificates revoked,
      Changes changes,
      AuditLog audit,
      Clock clock) {
    this.lookup = lookup;
    this.authorities = authorities;
    this.tenants = tenants;
    this.devices = devices;
    this.credentials = credentials;
    this.revoked = revoked;
    this.changes = changes;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Registers the client's certificate, when an authority vouches for it.
   *
   * @param claimed whose it is said to be, or null
   * @return why not; empty when it is registered now
   */
  public Uni<Optional<Reason>> register(DeviceAddress claimed, CredentialProof.Certificate proof) {
    var chain = Chain.read(proof);
    return chain.isEmpty()
        ? no(Reason.CERTIFICATE_UNKNOWN)
        : lookup
            .find(chain.get().issuers(), chain.get().commonName().orElse(null))
            .chain(candidates -> judge(claimed, chain.get(), candidates));
  }

  private Uni<Optional<Reason>> judge(
      DeviceAddress claimed, Chain chain, List<Candidate> candidates) {
    var now = clock.instant();
    if (candidates.isEmpty()) {
      return no(Reason.CERTIFICATE_UNKNOWN);
    }
    if (chain.isOver(now)) {
      return no(Reason.CERTIFICATE_EXPIRED);
    }
    var vouching =
        candidates.stream().filter(it -> chain.isVouchedBy(it.certificate(), now)).findFirst();
    if (vouching.isEmpty()) {
      return no(Reason.CERTIFICATE_CHAIN);
    }
    var authority = vouching.get();
    var device = chain.device().map(it -> new DeviceAddress(authority.tenant(), it));
    // What shows that somebody holds an authority's key is about a code, and no device's.
    if (device.isEmpty()
        || authority.aboutCode()
        || claimed != null && !claimed.equals(device.get())) {
      return no(Reason.CERTIFICATE_SUBJECT);
    }
    return authority.suspended()
        ? no(Reason.TENANT_SUSPENDED)
        : register(device.get(), chain, authority, ATTEMPTS);
  }

  /** Two at once find nothing and make the same: the second one finds what the first has made. */
  private Uni<Optional<Reason>> register(
      DeviceAddress address, Chain chain, Candidate authority, int attempts) {
    return changes
        .inTransaction(() -> inTransaction(address, chain, authority))
        .onFailure(it -> attempts > 1 && isThereAlready(it))
        .recoverWithUni(() -> register(address, chain, authority, attempts - 1))
        .onFailure(VouchedDevices::isLimit)
        .recoverWithUni(() -> no(Reason.LIMIT_REACHED));
  }

  private Uni<Optional<Reason>> inTransaction(
      DeviceAddress address, Chain chain, Candidate authority) {
    var fingerprint = CertificateBounds.fingerprint(der(chain));
    return tenants
        .require(address.tenant())
        .chain(
            tenant ->
                revoked
                    .contains(tenant.key(), fingerprint)
                    .chain(
                        gone ->
                            gone
                                ? no(Reason.CERTIFICATE_REVOKED)
                                : device(tenant, address, authority)
                                    .chain(device -> store(address, device, chain, authority))));
  }

  /** Null when there is none and none is to be made. */
  private Uni<DeviceEntity> device(
      TenantEntity tenant, DeviceAddress address, Candidate authority) {
    return devices
        .find(tenant, address.device())
        .chain(
            found -> {
              if (found != null) {
                return devices.requireLocked(address);
              }
              return authority.autoProvisioning()
                  ? devices
                      .provision(tenant, address.device(), null, List.of())
                      .call(() -> audit.write(entry("device-created", address)))
                  : Uni.createFrom().nullItem();
            });
  }

  private Uni<Optional<Reason>> store(
      DeviceAddress address, DeviceEntity device, Chain chain, Candidate authority) {
    if (device == null) {
      return no(Reason.UNKNOWN_DEVICE);
    }
    return authorities
        .held(authority.key())
        .chain(
            held ->
                held == null
                    ? no(Reason.CERTIFICATE_UNKNOWN)
                    : credentials
                        .vouched(address, device, der(chain), held.key, held.notAfter)
                        .call(() -> audit.write(entry("certificate-vouched-for", address)))
                        .replaceWith(Optional.<Reason>empty()));
  }

  private static boolean isThereAlready(Throwable failure) {
    return BrokenConstraint.unique(failure, "device_id_is_unique")
        || BrokenConstraint.unique(failure, "credential_certificate_is_unique");
  }

  private static boolean isLimit(Throwable failure) {
    return failure instanceof RefusedException refused
        && refused.refusal() instanceof Refusal.LimitReached;
  }

  /** Done by the device itself, whoever asked on its behalf. */
  private static AuditEntry entry(String action, DeviceAddress address) {
    return AuditEntry.ofDevice(action, address, "").by(address.userName());
  }

  private static byte[] der(Chain chain) {
    try {
      return chain.own().getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Uni<Optional<Reason>> no(Reason reason) {
    return Uni.createFrom().item(Optional.of(reason));
  }
}
