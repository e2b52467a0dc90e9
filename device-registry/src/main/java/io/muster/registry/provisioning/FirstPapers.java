package io.muster.registry.provisioning;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.issuing.IssuedCertificate;
import io.muster.registry.issuing.Issuing;
import io.muster.registry.tokens.DeviceToken;
import io.muster.registry.tokens.TokenIssuer;
import io.muster.registry.tokens.TokenRequest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** What a device that was provisioned gets to go on with. Thread-safe. */
@ApplicationScoped
class FirstPapers {
  private final TokenIssuer issuer;
  private final Issuing issuing;

  FirstPapers(TokenIssuer issuer, Issuing issuing) {
    this.issuer = issuer;
    this.issuing = issuing;
  }

  /**
   * Refuses a request that cannot be served, before anything is made for it.
   *
   * @param csr null when no certificate is asked for
   * @throws io.muster.rest.problem.RefusedException (409) when certificates are not issued here
   */
  void requireFor(String csr) {
    if (csr != null) {
      issuing.requireOn();
    }
  }

  /**
   * A token, and a certificate when one was asked for.
   *
   * @param credential that the device's key is
   * @param csr null when no certificate is asked for
   */
  Uni<ProvisioningAnswer> give(DeviceAddress device, UUID credential, String csr) {
    Uni<IssuedCertificate> certificate =
        csr == null ? Uni.createFrom().nullItem() : issuing.issue(device, csr);
    return certificate.chain(
        issued -> token(device, credential).map(it -> answer(device, credential, issued, it)));
  }

  private Uni<DeviceToken> token(DeviceAddress device, UUID credential) {
    return issuer.issue(TokenIssuer.By.PROVISIONING, device, TokenRequest.USUAL, credential, null);
  }

  private static ProvisioningAnswer answer(
      DeviceAddress device, UUID credential, IssuedCertificate certificate, DeviceToken token) {
    return new ProvisioningAnswer(
        device.tenant().value(),
        device.device().value(),
        device.userName(),
        credential,
        certificate,
        token);
  }
}
