package io.muster.registry.provisioning;

import io.muster.contract.id.TenantId;
import io.muster.registry.credentials.KeyAlgorithm;
import io.muster.registry.credentials.ProvenKey;
import io.muster.registry.issuing.SigningRequest;
import io.muster.registry.issuing.SigningRequest.UnfitRequestException;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.time.Instant;
import java.util.List;

/**
 * A piece of hardware and a key that its sender holds.
 *
 * @param hardware not proven: it is printed on the device
 * @param key proven
 */
record Applicant(HardwareId hardware, ProvenKey key) {
  /** Whom a proof is for; nobody takes it for a token. */
  static final String AUDIENCE = "muster-provision";

  /**
   * Reads what a device says, and checks its proof.
   *
   * @throws io.muster.rest.problem.RefusedException (422) for what is missing or wrong
   */
  static Applicant read(
      TenantId tenant, ProvisioningBody body, ProvisioningSettings settings, Instant now) {
    var hardware = hardware(body.hardware());
    var key = body.csr() == null ? given(body) : requested(body);
    if (body.proof() == null) {
      throw wrong("/proof", "must be given");
    }
    var subject = hardware + "@" + tenant;
    var rules =
        new ProvenKey.Rules(AUDIENCE, subject, settings.proofLifetime(), settings.clockSkew());
    if (!key.signed(body.proof(), rules, now)) {
      throw wrong(
          "/proof",
          "must be a JWT signed with the key: aud %s, sub %s, exp within %d s"
              .formatted(AUDIENCE, subject, settings.proofLifetime().toSeconds()));
    }
    return new Applicant(hardware, key);
  }

  private static ProvenKey given(ProvisioningBody body) {
    try {
      return ProvenKey.read(body.publicKey(), algorithm(body));
    } catch (ProvenKey.UnfitException unfit) {
      throw wrong("/publicKey", unfit.getMessage());
    }
  }

  /** A request alone proves too little: it is no secret, and whoever has a copy could ask. */
  private static ProvenKey requested(ProvisioningBody body) {
    if (body.publicKey() != null || body.algorithm() != null) {
      throw wrong("/csr", "takes the place of publicKey and algorithm");
    }
    try {
      return ProvenKey.of(SigningRequest.read(body.csr()).key());
    } catch (UnfitRequestException | ProvenKey.UnfitException unfit) {
      throw wrong("/csr", unfit.getMessage());
    }
  }

  private static HardwareId hardware(ProvisioningBody.Hardware hardware) {
    if (hardware == null || hardware.kind() == null || hardware.value() == null) {
      throw wrong("/hardware", "must be given with kind and value");
    }
    return HardwareId.of(hardware.kind(), hardware.value())
        .orElseThrow(() -> wrong("/hardware/value", "is no " + hardware.kind().label()));
  }

  private static KeyAlgorithm algorithm(ProvisioningBody body) {
    if (body.algorithm() == null) {
      throw wrong("/algorithm", "must be given: ES256, EdDSA or RS256");
    }
    if (body.publicKey() == null || body.publicKey().isNull()) {
      throw wrong("/publicKey", "must be given");
    }
    return body.algorithm();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
