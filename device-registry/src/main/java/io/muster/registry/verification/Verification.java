package io.muster.registry.verification;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyAnswer.Denied;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.authorities.VouchedDevices;
import io.muster.registry.verification.Finding.Disproven;
import io.muster.registry.verification.Finding.Proven;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/** Answers whether a client may connect. Thread-safe. */
@ApplicationScoped
public class Verification {
  private final DeviceLookup lookup;
  private final SecretCheck secrets;
  private final IssuedTokenCheck tokens;
  private final CertificateCheck certificates;
  private final VouchedDevices vouched;
  private final Clock clock;

  Verification(
      DeviceLookup lookup,
      SecretCheck secrets,
      IssuedTokenCheck tokens,
      CertificateCheck certificates,
      VouchedDevices vouched,
      Clock clock) {
    this.lookup = lookup;
    this.secrets = secrets;
    this.tokens = tokens;
    this.certificates = certificates;
    this.vouched = vouched;
    this.clock = clock;
  }

  /**
   * Looks at what a client shows.
   *
   * @return fails only when the database does
   */
  public Uni<VerifyAnswer> verify(VerifyRequest request) {
    return look(request).map(answer -> enforceable(request, answer));
  }

  /** A token for less must not be taken for one that is for everything. */
  private static VerifyAnswer enforceable(VerifyRequest request, VerifyAnswer answer) {
    var scoped = answer instanceof Allowed it && it.token() != null && !it.token().grantsAll();
    return scoped && !Boolean.TRUE.equals(request.enforcesScopes())
        ? new Denied(Reason.TOKEN_SCOPE)
        : answer;
  }

  private Uni<VerifyAnswer> look(VerifyRequest request) {
    return switch (request.proof()) {
      case CredentialProof.Certificate it -> verifyCertificate(request.device(), it);
      case CredentialProof.Secret _, CredentialProof.Token _ ->
          request.device() == null
              ? denied(Reason.UNKNOWN_DEVICE)
              : verify(request.device(), request.proof());
    };
  }

  private Uni<VerifyAnswer> verify(DeviceAddress address, CredentialProof proof) {
    return lookup
        .find(address)
        .chain(
            found ->
                found.isEmpty()
                    ? denied(Reason.UNKNOWN_DEVICE)
                    : decide(address, found.get(), proof));
  }

  /**
   * @param claimed whose it is said to be, or null
   */
  private Uni<VerifyAnswer> verifyCertificate(
      DeviceAddress claimed, CredentialProof.Certificate proof) {
    var fingerprint = CertificateCheck.fingerprint(proof);
    return fingerprint.isEmpty()
        ? denied(Reason.CERTIFICATE_UNKNOWN)
        : lookup
            .findByCertificate(fingerprint.get())
            .chain(
                found ->
                    found.isEmpty() ? ask(claimed, proof) : decide(claimed, found.get(), proof));
  }

  private Uni<VerifyAnswer> decide(
      DeviceAddress claimed, DeviceLookup.Holder found, CredentialProof.Certificate proof) {
    return claimed == null || claimed.equals(found.address())
        ? decide(found.address(), found.device(), proof)
        : denied(Reason.CERTIFICATE_SUBJECT);
  }

  /** Nobody registered it: perhaps a tenant's authority vouches for it; then it is registered. */
  private Uni<VerifyAnswer> ask(DeviceAddress claimed, CredentialProof.Certificate proof) {
    return vouched
        .register(claimed, proof)
        .chain(
            refused ->
                refused.isPresent() ? denied(refused.get()) : verifyRegistered(claimed, proof));
  }

  /** What was registered just now may be gone again; it is not asked for a second time. */
  private Uni<VerifyAnswer> verifyRegistered(
      DeviceAddress claimed, CredentialProof.Certificate proof) {
    return lookup
        .findByCertificate(CertificateCheck.fingerprint(proof).orElseThrow())
        .chain(
            found ->
                found.isEmpty()
                    ? denied(Reason.CERTIFICATE_UNKNOWN)
                    : decide(claimed, found.get(), proof));
  }

  private Uni<VerifyAnswer> decide(
      DeviceAddress address, KnownDevice device, CredentialProof proof) {
    return look(address, device, proof)
        .chain(
            found ->
                switch (found) {
                  case Disproven it -> denied(it.reason());
                  case Proven it -> decide(address, device, proof, it);
                });
  }

  /** Only now: that it is kept out must not tell a stranger that there is such a device. */
  private Uni<VerifyAnswer> decide(
      DeviceAddress address, KnownDevice device, CredentialProof proof, Proven proven) {
    if (device.tenantSuspended()) {
      return denied(Reason.TENANT_SUSPENDED);
    }
    return device.enabled()
        ? allow(address, device, proof, proven)
        : denied(Reason.DEVICE_DISABLED);
  }

  private Uni<Finding> look(DeviceAddress address, KnownDevice device, CredentialProof proof) {
    return switch (proof) {
      case CredentialProof.Secret it -> Uni.createFrom().item(secrets.check(device, it.secret()));
      case CredentialProof.Token it -> tokens.check(address, device, it.jwt());
      case CredentialProof.Certificate _ -> Uni.createFrom().item(certificates.check(device));
    };
  }

  /** A first use must be on record before the device is let in; else a repeat could revoke it. */
  private Uni<VerifyAnswer> allow(
      DeviceAddress address, KnownDevice device, CredentialProof proof, Proven proven) {
    var credential = proven.credential();
    VerifyAnswer allowed =
        new Allowed(
            address,
            credential.id(),
            proven.validUntil(),
            device.limits(),
            credential instanceof KnownCredential.OfIssuedToken it ? it.token() : null);
    if (credential.standing().used()) {
      return Uni.createFrom().item(allowed);
    }
    return lookup
        .markUsed(credential.id(), clock.instant())
        .chain(first -> first ? Uni.createFrom().item(allowed) : lookAgain(address, proof));
  }

  /** It was used for the first time, or revoked, since it was looked up. */
  private Uni<VerifyAnswer> lookAgain(DeviceAddress address, CredentialProof proof) {
    return switch (proof) {
      case CredentialProof.Certificate it -> verifyRegistered(address, it);
      case CredentialProof.Secret _, CredentialProof.Token _ -> verify(address, proof);
    };
  }

  private static Uni<VerifyAnswer> denied(Reason reason) {
    return Uni.createFrom().item(new Denied(reason));
  }
}
