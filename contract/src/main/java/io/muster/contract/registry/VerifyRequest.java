package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceAddress;

/**
 * {@code POST /internal/v1/credentials/verify}: may this client connect?
 *
 * @param device who it says it is; null when a certificate alone has to tell, and the answer names
 *     whose it is
 * @param proof what it shows for it
 * @param remoteAddress from where, for the audit; may be null
 * @param enforcesScopes whether who asks holds the client to the scopes of its token; null: no.
 *     Then a token that is not for everything is refused, since it would be taken for one that is
 */
public record VerifyRequest(
    DeviceAddress device,
    CredentialProof proof,
    String remoteAddress,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean enforcesScopes) {

  /** Of somebody who knows no scopes. */
  public VerifyRequest(DeviceAddress device, CredentialProof proof, String remoteAddress) {
    this(device, proof, remoteAddress, null);
  }
}
